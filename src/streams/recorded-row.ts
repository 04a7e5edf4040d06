import type { EventTypes, RecordedEvent } from '../events.ts'
import type { Codec } from '../serialization/payload.ts'

/** An event as every read selects it, with numbers and ids as text, which all drivers agree about. */
export interface RecordedRow {
  readonly event_number: string
  readonly position: string
  readonly event_id: string
  readonly stream_name: string
  readonly stream_version: string
  readonly event_type: string
  readonly data: string | Uint8Array
  readonly metadata: string | Uint8Array
  readonly causation_id: string | null
  readonly correlation_id: string | null
  readonly created_at: string
}

/**
 * The columns of a RecordedRow, but for stream_name and event_number, of an event `e`. Times are milliseconds since 1970: rounded,
 * because what is a little less than a millisecond after the multiplication must not be cut to the one before.
 */
export function recordedColumns({ payload }: Codec): string {
  const cast = payload === 'bytea' ? '' : '::text'
  return `
    e.position::text, e.event_id::text, e.stream_version::text, e.event_type,
    e.data${cast}, e.metadata${cast}, e.causation_id::text, e.correlation_id::text,
    round(date_part('epoch', e.created_at) * 1000)::int8::text AS created_at`
}

export function toRecordedEvent<Types extends EventTypes>(row: RecordedRow, codec: Codec): RecordedEvent<Types> {
  const event: RecordedEvent = {
    id: row.event_id,
    type: row.event_type,
    data: codec.decode(row.data, row.event_type),
    metadata: codec.decode(row.metadata, row.event_type) as RecordedEvent['metadata'],
    causationId: row.causation_id,
    correlationId: row.correlation_id,
    createdAt: new Date(Number(row.created_at)),
    streamName: row.stream_name,
    streamVersion: Number(row.stream_version),
    position: Number(row.position),
    eventNumber: Number(row.event_number),
  }
  return event as RecordedEvent<Types>
}
