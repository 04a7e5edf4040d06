import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Deadline } from '../../../src/util/deadline.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a deadline', () => {
  test('counts down to zero, and not below', () => {
    const deadline = new Deadline(1_000)
    expect(deadline.remaining).toBe(1_000)
    vi.advanceTimersByTime(400)
    expect(deadline.remaining).toBe(600)
    vi.advanceTimersByTime(10_000)
    expect(deadline.remaining).toBe(0)
    expect(deadline.timeout).toBe(1_000)
  })

  test('calls back when it has passed, not before', () => {
    const callback = vi.fn()
    const deadline = new Deadline(1_000)
    vi.advanceTimersByTime(400)
    deadline.onExpired(callback)
    vi.advanceTimersByTime(599)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    vi.advanceTimersToNextTimer() // what has arrived is heard before
    expect(callback).toHaveBeenCalledOnce()
  })

  test('calls back soon when it has passed already', () => {
    const callback = vi.fn()
    const deadline = new Deadline(10)
    vi.advanceTimersByTime(50)
    deadline.onExpired(callback)
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledOnce()
  })

  test('does not call back once it was told not to', () => {
    const callback = vi.fn()
    const stop = new Deadline(1_000).onExpired(callback)
    stop()
    vi.advanceTimersByTime(10_000)
    expect(callback).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([Number.POSITIVE_INFINITY, 1e12, 2 ** 31])(
    'of %d ms sets no timer, which would fire at once',
    (timeout) => {
      const callback = vi.fn()
      const stop = new Deadline(timeout).onExpired(callback)
      expect(vi.getTimerCount()).toBe(0)
      vi.advanceTimersByTime(60_000)
      expect(callback).not.toHaveBeenCalled()
      expect(stop).not.toThrow()
    },
  )
})
