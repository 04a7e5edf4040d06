import { EventStore } from '../src/index.ts'
import type { Read } from './checks/evidence.ts'

/** What the store's own reads give of these streams, in both directions. */
export async function readAll(url: string, streams: readonly string[]): Promise<readonly Read[]> {
  await using store = new EventStore({ connectionString: url })
  const reads: Read[] = []
  for (const stream of streams) {
    for (const direction of ['forwards', 'backwards'] as const) {
      const events = await store.read(stream, { direction }).toArray()
      reads.push({ stream, direction, events: events.map(({ eventNumber: number, id }) => ({ number, id })) })
    }
  }
  return reads
}
