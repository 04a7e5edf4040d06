import type { AppendResult, EventStore } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { newEvents, range } from './new-events.ts'

const WRITERS = 8
const STREAMS = 5

/** One append: the ids of its events, and its result. */
export interface Appended {
  readonly stream: string
  readonly ids: readonly string[]
  readonly result: AppendResult
}

/** `count` appends of 1 to 3 events to a few streams, by several writers that do not wait for each other. */
export async function appendConcurrently(store: EventStore, count: number): Promise<Appended[]> {
  const appended = await Promise.all(
    range(1, WRITERS).map(async (writer) => {
      const own: Appended[] = []
      for (let n = writer; n <= count; n += WRITERS) own.push(await appendOne(store, n))
      return own
    }),
  )
  return appended.flat()
}

async function appendOne(store: EventStore, n: number): Promise<Appended> {
  const stream = `stream-${n % STREAMS}`
  const events = newEvents(1 + (n % 3)).map((event) => ({ ...event, id: uuidv7() }))
  const result = await store.append(stream, events, { expectedVersion: 'any' })
  return { stream, ids: events.map(({ id }) => id), result }
}
