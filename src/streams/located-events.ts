import type { Query } from '../postgres/executor.ts'
import type { StoreContext } from './store-context.ts'

/** Where an event is stored. */
export interface Location {
  /** Null while the hard delete of its stream is being finished. */
  readonly streamName: string | null
  readonly streamVersion: number
  readonly position: number
}

interface LocationRow {
  readonly event_id: string
  readonly stream_name: string | null
  readonly stream_version: string
  readonly position: string
}

/** Looks up which of these ids are stored, and where. */
export async function locateEvents(
  { schema }: StoreContext,
  query: Query,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Location>> {
  const rows = await query<LocationRow>({
    text: `
      SELECT e.event_id::text, s.stream_name, e.stream_version::text, e.position::text
      FROM ${schema}.events e
      LEFT JOIN ${schema}.streams s ON s.stream_id = e.stream_id
      WHERE e.event_id = ANY ($1::text::uuid[])`,
    values: [`{${ids.join(',')}}`],
  })
  return new Map(
    rows.map((row) => [
      row.event_id,
      { streamName: row.stream_name, streamVersion: Number(row.stream_version), position: Number(row.position) },
    ]),
  )
}
