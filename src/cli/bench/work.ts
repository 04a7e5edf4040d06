import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStore } from '../../event-store.ts'
import type { NewEvent, RecordedEvent } from '../../events.ts'
import { type Measurement, summarize } from './measurement.ts'

/** Something to measure, by so many clients at a time, each call of so many events. */
export interface Work {
  readonly work: string
  readonly clients: number
  readonly events: number
  readonly run: (bench: Bench, work: Work) => Promise<Measurement>
}

interface Bench {
  readonly store: EventStore
  /** Another store on the same tables, with connections of its own: another process, as far as the server can tell. */
  readonly other: EventStore
  /** Milliseconds that each work is measured. */
  readonly duration: number
  readonly signal: AbortSignal
}

/** Milliseconds that are not counted, before each: as many, or a fifth of what is. */
const WARM_UP = 500
/** Events that one work appends, at most: a fast server is not to be filled. */
const MOST_EVENTS = 250_000
/** Events of a stream that is read. */
const READ_LENGTH = 100
/** Milliseconds between the events that a follower receives: each comes alone. */
const PAUSE = 5

/** All that is measured, in this order: what is read was appended before. */
export const WORKS: readonly Work[] = [
  ...[1, 10, 50].map((clients) => ({ work: 'append', clients, events: 1, run: append })),
  ...[1, 10, 50].map((clients) => ({ work: 'append', clients, events: 100, run: append })),
  ...[1, 10].map((clients) => ({ work: 'read a stream', clients, events: READ_LENGTH, run: readStreams })),
  { work: 'read $all', clients: 1, events: 1_000, run: readAll },
  { work: 'receive', clients: 1, events: 1, run: receive },
]

/** Each client appends to streams of its own, and knows their versions. */
function append(bench: Bench, work: Work): Promise<Measurement> {
  const once = async (client: number, call: number) => {
    const stream = `bench-${work.clients}-${work.events}-${client}-${Math.floor(call / READ_LENGTH)}`
    const expectedVersion = (call % READ_LENGTH) * work.events
    await bench.store.append(stream, newEvents(work.events), { expectedVersion })
    return work.events
  }
  return measure(bench, work, once, MOST_EVENTS / work.events)
}

async function readStreams(bench: Bench, work: Work): Promise<Measurement> {
  const streams = Array.from({ length: 10 }, (_, index) => `bench-read-${work.clients}-${index}`)
  for (const stream of streams) await bench.store.append(stream, newEvents(READ_LENGTH), { expectedVersion: 'any' })
  return measure(bench, work, async (client, call) => {
    const stream = streams[(client + call) % streams.length] ?? ''
    const found = await bench.store.read(stream, { limit: READ_LENGTH }).toArray()
    return found.length
  })
}

/** From the first event to the last, and again: a call is a page. */
async function readAll(bench: Bench, work: Work): Promise<Measurement> {
  const pages = async function* (): AsyncGenerator<readonly RecordedEvent[], undefined> {
    for (;;) yield* bench.store.read('$all', { batchSize: work.events }).batches()
  }
  const reading = pages()
  try {
    return await measure(bench, work, async () => (await reading.next()).value?.length ?? 0)
  } finally {
    await reading.return(undefined)
  }
}

/** How long an event takes from the call of append until a follower in another store has it. */
async function receive({ store, other, duration, signal }: Bench, work: Work): Promise<Measurement> {
  const stopping = new AbortController()
  const begun = new Map<number, number>()
  const durations: number[] = []
  await store.append('bench-followed', newEvents(1), { expectedVersion: 'any' })
  const following = (async () => {
    for await (const { eventNumber } of other.follow('bench-followed', { after: 1, signal: stopping.signal })) {
      const start = begun.get(eventNumber)
      if (start !== undefined) durations.push(performance.now() - start)
    }
  })()
  following.catch(() => {}) // heard below
  try {
    for (let version = 1, end = performance.now() + duration; performance.now() < end; version++) {
      signal.throwIfAborted()
      begun.set(version + 1, performance.now())
      await store.append('bench-followed', newEvents(1), { expectedVersion: version })
      await sleep(PAUSE)
    }
    for (let tries = 0; durations.length < begun.size && tries < 400; tries++) await sleep(PAUSE)
  } finally {
    stopping.abort()
    await following.catch((error: unknown) => {
      if (error !== stopping.signal.reason) throw error
    })
  }
  const measurement = summarize(work, { durations, total: durations.length, seconds: duration / 1_000 })
  return { ...measurement, callsPerSecond: null, eventsPerSecond: null }
}

/**
 * Has each client call `once` again and again, and measures how long each call takes, after a while that is not counted. `once` resolves
 * to how many events it was about.
 */
async function measure(
  { duration, signal }: Bench,
  work: Work,
  once: (client: number, call: number) => Promise<number>,
  mostCalls = Number.POSITIVE_INFINITY,
): Promise<Measurement> {
  const durations: number[] = []
  const begin = performance.now() + Math.min(WARM_UP, duration / 5)
  const end = begin + duration
  let [total, last] = [0, begin]
  const loop = async (client: number) => {
    for (let call = 0; durations.length < mostCalls; call++) {
      signal.throwIfAborted()
      const start = performance.now()
      if (start >= end && durations.length > 0) return
      const count = await once(client, call)
      last = performance.now()
      if (start < begin) continue
      durations.push(last - start)
      total += count
    }
  }
  await Promise.all(Array.from({ length: work.clients }, (_, client) => loop(client)))
  return summarize(work, { durations, total, seconds: Math.max(0, last - begin) / 1_000 })
}

/** Some 200 bytes of data each, and metadata as applications have it. */
function newEvents(count: number): readonly NewEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'Benched',
    data: { number: index, orderId: crypto.randomUUID(), currency: 'EUR', total: 1_234.5, note: 'x'.repeat(90) },
    metadata: { userId: 'user-1', source: 'bench' },
  }))
}
