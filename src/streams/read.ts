import { setImmediate } from 'node:timers/promises'
import type { EventTypes, RecordedEvent } from '../events.ts'
import { checkTimeout, type ReadOptions } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import { untilAborted } from '../util/abort.ts'
import { checkCount, checkInteger, checkOneOf, checkOptions, checkSignal } from '../util/arguments.ts'
import { eachOfBatches } from '../util/each-of-batches.ts'
import { type EventPage, type PageRequest, readPage } from './pages.ts'
import type { StoreContext } from './store-context.ts'
import { checkStreamName } from './stream-name.ts'

/**
 * A lazy read: nothing is queried until it is iterated, and each iteration reads anew. While one page is worked on, the next is
 * fetched: two pages are in memory at most.
 */
export interface EventStream<Types extends EventTypes> extends AsyncIterable<RecordedEvent<Types>> {
  /**
   * Reads all of it into an array.
   *
   * @example
   * const [latest] = await store.read('order-1', { direction: 'backwards', limit: 1 }).toArray()
   */
  toArray(): Promise<RecordedEvent<Types>[]>
  /**
   * The same events in arrays of `batchSize`, the last perhaps shorter.
   *
   * @example
   * for await (const events of store.read('$all', { batchSize: 500 }).batches()) await projectAll(events)
   */
  batches(): AsyncIterable<readonly RecordedEvent<Types>[]>
}

interface ReadPlan {
  readonly stream: string
  readonly direction: 'forwards' | 'backwards'
  readonly from: number | 'start' | 'end'
  readonly limit: number
  readonly batchSize: number
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

const OPTIONS = ['from', 'direction', 'limit', 'batchSize', 'timeout', 'signal'] as const

/** Describes a read of a stream. Throws TypeError or RangeError at once for what cannot be read. */
export function read<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  stream: string,
  options?: ReadOptions,
): EventStream<Types> {
  const plan = planRead(stream, options)
  const batches = () => readBatches<Types>(context, executor, plan)
  return {
    batches,
    [Symbol.asyncIterator]: () => eachOfBatches(batches(), () => plan.signal?.throwIfAborted()),
    async toArray() {
      const events: RecordedEvent<Types>[] = []
      for await (const batch of batches()) for (const event of batch) events.push(event)
      return events
    },
  }
}

function planRead(stream: string, options?: ReadOptions): ReadPlan {
  const checked = checkOptions(options, 'read', OPTIONS)
  const { direction = 'forwards', limit = Number.POSITIVE_INFINITY, batchSize = 1_000 } = checked
  const { from = direction === 'backwards' ? 'end' : 'start' } = checked
  return {
    stream: checkStreamName(stream),
    direction: checkOneOf(direction, 'direction', ['forwards', 'backwards']),
    from: typeof from === 'number' ? checkInteger(from, 'from', 1) : checkOneOf(from, 'from', ['start', 'end']),
    limit: checkCount(limit, 'limit', 0),
    batchSize: checkInteger(batchSize, 'batchSize', 1),
    timeout: checkTimeout(checked.timeout),
    signal: checkSignal(checked.signal),
  }
}

/** The next page is fetched while this one is decoded and worked on: two pages are in memory at most. */
async function* readBatches<Types extends EventTypes>(
  context: StoreContext,
  executor: Executor,
  plan: ReadPlan,
): AsyncGenerator<readonly RecordedEvent<Types>[], void> {
  const { signal, direction, batchSize } = plan
  signal?.throwIfAborted()
  let left = plan.limit
  if (left === 0) return
  const fetch = (from: number, streamId?: string) => {
    const request: PageRequest = { ...plan, from, streamId, size: Math.min(left, batchSize) }
    const page = readPage<Types>(context, executor, request)
    page.catch(() => {}) // when the caller has left by then
    return page
  }
  let page = fetch(await firstNumber(context, executor, plan))
  for (;;) {
    const requested = Math.min(left, batchSize)
    const loaded: EventPage<Types> = await untilAborted(page, signal)
    const { length, last = 0, streamId } = loaded
    left -= length
    const next = direction === 'forwards' ? last + 1 : last - 1
    const more = length === requested && left > 0 && next > 0
    // A caller's own client runs his statements too: nothing may run on it while he works.
    const ahead = more && !executor.inCallersTransaction
    if (ahead) {
      page = fetch(next, streamId)
      await setImmediate() // it is sent before this one is decoded
    }
    if (length > 0) yield loaded.events
    signal?.throwIfAborted()
    if (!more) return
    if (!ahead) page = fetch(next, streamId)
  }
}

async function firstNumber(context: StoreContext, executor: Executor, plan: ReadPlan): Promise<number> {
  const { from, direction, signal } = plan
  if (from === 'start') return 1
  if (from !== 'end') return from
  if (direction === 'backwards') return Number.MAX_SAFE_INTEGER
  const request: PageRequest = {
    ...plan,
    direction: 'backwards',
    from: Number.MAX_SAFE_INTEGER,
    size: 1,
    streamId: undefined,
  }
  const { last } = await untilAborted(readPage(context, executor, request), signal)
  return last ?? 1
}
