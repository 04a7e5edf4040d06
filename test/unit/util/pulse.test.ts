import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Pulse } from '../../../src/util/pulse.ts'

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

describe('a pulse', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('ends a wait when it is fired, and not before', async () => {
    const pulse = new Pulse()
    const wait = pulse.wait()
    expect(await isSettled(wait)).toBe(false)
    pulse.fire()
    expect(await isSettled(wait)).toBe(true)
  })

  test('that was fired before ends the next wait at once, and only that one', async () => {
    const pulse = new Pulse()
    pulse.fire()
    pulse.fire()
    expect(await isSettled(pulse.wait())).toBe(true)
    expect(await isSettled(pulse.wait())).toBe(false)
  })

  test('ends a wait after its milliseconds in any case', async () => {
    const pulse = new Pulse()
    const wait = pulse.wait(50)
    await vi.advanceTimersByTimeAsync(49)
    expect(await isSettled(wait)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await isSettled(wait)).toBe(true)
  })

  test('that ended a wait leaves no timer that ends a later one', async () => {
    const pulse = new Pulse()
    const first = pulse.wait(50)
    pulse.fire()
    await first
    expect(vi.getTimerCount()).toBe(0)
    const second = pulse.wait(200)
    await vi.advanceTimersByTimeAsync(100)
    expect(await isSettled(second)).toBe(false)
    pulse.fire()
    await second
  })
})
