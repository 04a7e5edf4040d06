import type { EventTypes, RecordedEvent } from '../events.ts'
import type { FollowOptions } from '../options.ts'
import { checkStreamName } from '../streams/stream-name.ts'
import { untilAborted } from '../util/abort.ts'
import { checkFunction, checkInteger, checkOneOf, checkOptions, checkSignal } from '../util/arguments.ts'
import { Pulse } from '../util/pulse.ts'
import { retrying, type Services } from './services.ts'
import type { Cursor } from './stream-reader.ts'

/** Events that one read fetches. A follower holds no more in memory. */
const PAGE_SIZE = 500

/** The reason by which a follower that has left ends what it waits for. */
const LEFT = Symbol('left')

export interface FollowServices extends Services {
  /** Aborts when the store is closed. */
  readonly closing: AbortSignal
  /** Appends of this store wait for it: what is appended after iterating began is delivered. */
  readonly holdAppends: (until: Promise<unknown>) => void
}

interface FollowPlan<Types extends EventTypes> {
  readonly stream: string
  readonly after: number | 'start' | 'end'
  readonly filter: ((event: RecordedEvent<Types>) => boolean) | undefined
  readonly signal: AbortSignal | undefined
}

/** New events of a stream as they are appended. Throws TypeError or RangeError at once for invalid arguments. */
export function follow<Types extends EventTypes>(
  services: FollowServices,
  stream: string,
  options?: FollowOptions<Types>,
): AsyncIterable<RecordedEvent<Types>> {
  const { after = 'end', filter, signal } = checkOptions(options, 'follow', ['after', 'filter', 'signal'])
  const plan: FollowPlan<Types> = {
    stream: checkStreamName(stream),
    after: checkAfter(after),
    filter: checkFunction(filter, 'filter'),
    signal: checkSignal(signal),
  }
  return { [Symbol.asyncIterator]: () => iterate(services, plan) }
}

/** An event number, or one of the words. */
export function checkAfter(after: unknown): number | 'start' | 'end' {
  return typeof after === 'number' ? checkInteger(after, 'after', 0) : checkOneOf(after, 'after', ['start', 'end'])
}

function iterate<Types extends EventTypes>(
  services: FollowServices,
  plan: FollowPlan<Types>,
): AsyncIterator<RecordedEvent<Types>> {
  const left = new AbortController()
  const signals = [left.signal, services.closing, ...(plan.signal ? [plan.signal] : [])]
  const signal = AbortSignal.any(signals)
  const start = retrying(services, plan.stream, signal, () => startOf(services, plan))
  start.catch(() => {}) // whoever iterates hears of it
  if (plan.after === 'end') services.holdAppends(start.catch(() => {}))
  const events = generate(services, plan, start, signal)
  return {
    async next() {
      try {
        return await events.next()
      } catch (error) {
        if (error === LEFT) return { done: true, value: undefined }
        throw error
      }
    },
    async return() {
      left.abort(LEFT)
      return { done: true, value: undefined }
    },
  }
}

async function* generate<Types extends EventTypes>(
  services: FollowServices,
  { stream, filter }: FollowPlan<Types>,
  start: Promise<Cursor>,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent<Types>, undefined> {
  const woken = new Pulse()
  const unregister = services.notifications.waitFor(stream, () => woken.fire())
  // Leaving ends it also while it is suspended at a yield, where nobody resumes it.
  signal.addEventListener('abort', unregister, { once: true })
  try {
    let cursor = await untilAborted(start, signal)
    for (;;) {
      const read = () => services.reader.next<Types>(stream, cursor, PAGE_SIZE)
      const next = await retrying(services, stream, signal, read)
      cursor = next.cursor
      for (const event of next.page?.events ?? []) {
        if (filter && !filter(event)) continue
        yield event
        signal.throwIfAborted()
      }
      if (next.last) await untilAborted(woken.wait(), signal)
    }
  } finally {
    signal.removeEventListener('abort', unregister)
    unregister()
  }
}

async function startOf<Types extends EventTypes>(
  { reader }: FollowServices,
  { stream, after }: FollowPlan<Types>,
): Promise<Cursor> {
  if (after === 'end') return reader.end(stream)
  return { streamId: undefined, after: after === 'start' ? 0 : after }
}
