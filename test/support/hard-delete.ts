import type { DeleteStreamOptions, EventStore, RecordedEvent } from '../../src/index.ts'
import type { FreshStore } from './fresh-store.ts'
import { newEvents } from './new-events.ts'
import { runSql } from './run-sql.ts'

export const HARD = { expectedVersion: 'any', mode: 'hard' } as const satisfies DeleteStreamOptions

/** Appends so many events, and resolves to all that the stream has. */
export async function appendTo(store: EventStore, stream: string, count: number): Promise<RecordedEvent[]> {
  await store.append(stream, newEvents(count), { expectedVersion: 'any' })
  return store.read(stream).toArray()
}

export async function numbersIn(store: EventStore, stream: string): Promise<number[]> {
  return (await store.read(stream).toArray()).map(({ eventNumber }) => eventNumber)
}

export async function countRows(
  connectionString: string,
  { schema }: FreshStore,
  table: 'events' | 'links' | 'streams',
): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM ${schema}.${table}`
  const [row] = await runSql<{ count: number }>(connectionString, sql)
  return row?.count ?? Number.NaN
}
