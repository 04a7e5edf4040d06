import { describe, expect, test } from 'vitest'
import { untilAborted } from '../../../src/util/abort.ts'

describe('untilAborted', () => {
  test('resolves and rejects as the promise does', async () => {
    const { signal } = new AbortController()
    const failure = new Error('failed')
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1)
    expect(await untilAborted(Promise.resolve(1), undefined)).toBe(1)
    await expect(untilAborted(Promise.reject(failure), signal)).rejects.toBe(failure)
    await expect(untilAborted(Promise.reject(failure), undefined)).rejects.toBe(failure)
  })

  test('rejects with the reason, whatever it is, as soon as the signal aborts', async () => {
    for (const reason of [new Error('enough'), 'enough', 0, null]) {
      const controller = new AbortController()
      const waiting = untilAborted(new Promise(() => {}), controller.signal)
      controller.abort(reason)
      await expect(waiting).rejects.toBe(reason)
    }
  })

  test('rejects with the reason of a signal that has aborted before', async () => {
    const reason = new Error('enough')
    await expect(untilAborted(Promise.resolve(1), AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('leaves no unhandled rejection when the promise fails after the abort', async () => {
    const controller = new AbortController()
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const { promise, reject } = withReject()
    const waiting = untilAborted(promise, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toThrow('aborted')
    reject(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  test('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    const added: unknown[] = []
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      added.push(args[1])
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      added.splice(added.indexOf(args[1]), 1)
      remove(...args)
    }
    await untilAborted(Promise.resolve(1), signal)
    await expect(untilAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed')
    expect(added).toEqual([])
  })
})

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject = (_error: Error) => {}
  const promise = new Promise<never>((_, rejectPromise) => {
    reject = rejectPromise
  })
  return { promise, reject }
}
