import type { EventStore } from '../event-store.ts'
import type { RecordedEvent } from '../events.ts'
import type { ReadOptions } from '../options.ts'
import { jsonOf } from './json-text.ts'

/** Events that are read first: how large they are tells how many of those that follow are read at once. */
const FIRST = 5
/** Characters that are read at once, about, and the most events. */
const CHARACTERS = 16 * 1024 * 1024
const MOST = 1_000

/** Reads a stream in pages that are about as large in memory, whether events have 100 bytes or 10 MB. */
export async function* readEvenly(
  store: Pick<EventStore, 'read'>,
  stream: string,
  options: Omit<ReadOptions, 'batchSize'>,
): AsyncGenerator<RecordedEvent> {
  const { direction = 'forwards', limit = Number.POSITIVE_INFINITY } = options
  const first = await store.read(stream, { ...options, limit: Math.min(limit, FIRST), batchSize: FIRST }).toArray()
  yield* first
  const last = first.at(-1)
  if (!last || first.length < FIRST || limit === FIRST) return
  const from = last.eventNumber + (direction === 'forwards' ? 1 : -1)
  if (from < 1) return
  const fitting = Math.floor(CHARACTERS / averageSize(first))
  const batchSize = Math.max(1, Math.min(MOST, fitting))
  yield* store.read(stream, { ...options, from, limit: limit - FIRST, batchSize })
}

function averageSize(events: readonly RecordedEvent[]): number {
  const lengthOf = (value: unknown) => jsonOf(value)?.length ?? 0
  return events.reduce((sum, { data, metadata }) => sum + lengthOf(data) + lengthOf(metadata), 0) / events.length
}
