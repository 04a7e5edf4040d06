import { showProgress } from '../harness/progress.ts'
import { formatCount } from '../harness/text.ts'
import { newEvents } from '../workload.ts'
import { connect } from './contenders/driver.ts'
import { openStore } from './contenders/store.ts'

const WRITERS = 50

/** How many events the streams have that are read. */
export const STREAM_LENGTH = 100

/** The name of one of the streams that are read, counted from 0. */
export function streamName(n: number): string {
  return `order-${n}`
}

/** Stores events in streams of 100, in an empty database, and lets the server tidy up after them. */
export async function storeEvents(connectionString: string, count: number): Promise<void> {
  await using store = await openStore(connectionString)
  const progress = showProgress(`storing ${formatCount(count)} events`)
  progress.expect(count / STREAM_LENGTH)
  await fill(count / STREAM_LENGTH, async (stream, events) => {
    await store.append(stream, events, { expectedVersion: 'no-stream' })
    progress.done()
    progress.begin(stream)
  }).finally(() => progress.stop())
  await vacuum(connectionString)
}

/** Fills streams, by several writers. */
export async function fill(
  streams: number,
  append: (stream: string, events: ReturnType<typeof newEvents>) => Promise<unknown>,
): Promise<void> {
  let next = 0
  async function write(): Promise<void> {
    while (next < streams) {
      const n = next++
      await append(streamName(n), newEvents(STREAM_LENGTH, n * STREAM_LENGTH))
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
}

/** What the server would do by itself, at some moment: while somebody is measured. */
export async function vacuum(connectionString: string): Promise<void> {
  const client = await connect(connectionString)
  await client.query('VACUUM (ANALYZE)')
  await client.end()
}
