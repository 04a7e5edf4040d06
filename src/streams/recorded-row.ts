import type { RecordedEvent } from '../events.ts'
import type { TextRow } from '../postgres/executor.ts'
import type { Codec } from '../serialization/payload.ts'

/** What makes text of a column: nothing for who takes columns as the server sends them, a cast where a driver is in between. */
export type ColumnCast = '' | '::text'

/**
 * The columns of an event `e` in a stream `s`, as every read selects them and `toRecordedEvent` takes them, in this order. Times are
 * milliseconds since 1970: the cast to an integer rounds them, as what is a little less than a millisecond must not be cut.
 */
export function recordedColumns(payload: Codec['payload'], cast: ColumnCast): string {
  const content = (column: string) => (payload === 'bytea' ? `encode(e.${column}, 'hex')` : `e.${column}${cast}`)
  return `
    e.position${cast}, e.event_id${cast}, e.stream_version${cast}, e.event_type,
    ${content('data')} AS data, ${content('metadata')} AS metadata, e.causation_id${cast}, e.correlation_id${cast},
    (date_part('epoch', e.created_at) * 1000::float8)::int8${cast} AS created_at, s.stream_name`
}

/** How many columns these are: what a read selects besides comes after them. */
export const RECORDED_COLUMNS = 10

/**
 * The event of a row, as it was read from `stream`. `eventNumber` is its number there; it and the row's stream name are null when
 * that is the stream it was appended to.
 */
export function toRecordedEvent(row: TextRow, codec: Codec, stream: string, eventNumber: string | null): RecordedEvent {
  const [position, id, version, type, data, metadata, causationId, correlationId, createdAt, streamName] = row as Fields
  const streamVersion = toNumber(version)
  return {
    id,
    type,
    data: codec.decode(data, type),
    metadata: codec.decode(metadata, type) as RecordedEvent['metadata'],
    causationId,
    correlationId,
    createdAt: new Date(Number(createdAt)),
    streamName: streamName ?? stream,
    streamVersion,
    position: toNumber(position),
    eventNumber: eventNumber === null ? streamVersion : toNumber(eventNumber),
  }
}

type Fields = readonly [
  position: string,
  id: string,
  streamVersion: string,
  type: string,
  data: string,
  metadata: string,
  causationId: string | null,
  correlationId: string | null,
  createdAt: string,
  streamName: string | null,
]

/** Numbers go up to 2^53 - 1, beyond which JavaScript cannot tell them apart. */
function toNumber(text: string): number {
  const number = Number(text)
  if (number <= Number.MAX_SAFE_INTEGER) return number
  throw new RangeError(`the database holds the number ${text}, which is larger than JavaScript's numbers are exact`)
}
