import type { Payload } from '../../options.ts'
import { BINARY_HEADER, BINARY_TRAILER, BinaryRows, writeBigInt8, writeInt8 } from '../../postgres/binary-rows.ts'
import type { CopyPlan } from '../../postgres/executor.ts'
import { EVENT_COLUMNS, EventEncoder } from '../../streams/encoded-events.ts'
import type { ContentConverter } from './content-converter.ts'
import { checkGuard, type Guard, guardStatement } from './guard.ts'
import { Places, type PlacesRow } from './places.ts'
import type { RecordOf } from './records.ts'
import { microsecondsOf } from './timestamps.ts'

/** What is copied into, and what must not have changed since it was last looked at. */
export interface CopyTarget {
  /** The schema, as a quoted identifier. */
  readonly schema: string
  readonly payload: Payload
  readonly converter: ContentConverter
  readonly guard: Guard
}

/** What the binary form of jsonb begins with. */
const JSONB_VERSION = 1
/** Bytes of a snapshot, about. */
const USUAL_BYTES = 512

/** What each transaction begins with: names are PostgreSQL's own, rows are looked up by index, and the write lock is had. */
export function lockStatements(schema: string): readonly string[] {
  return [
    'SET LOCAL search_path = pg_catalog, pg_temp',
    'SET LOCAL enable_seqscan = off',
    `SELECT ${schema}.lock_store()::text AS locked`,
  ]
}

/** Copies events to positions that come after all that there are. */
export function copyEvents(
  { schema, payload, converter, guard }: CopyTarget,
  records: readonly RecordOf<'event'>[],
): CopyPlan<Guard & PlacesRow> {
  const places = new Places(records)
  const encoder = new EventEncoder(payload, records.length)
  for (const [index, event] of records.entries()) {
    const { id, causationId, correlationId, type } = event
    const data = converter.convert(event.data, 'data', index)
    const metadata = converter.convert(event.metadata, 'metadata', index)
    encoder.add({ id, causationId, correlationId, type, data, metadata })
  }
  const encoded = encoder.finish()
  const place = `SELECT g.*, p.* FROM (${guardStatement(schema)}) g, (${places.statement(schema, 'events')}) p`
  return {
    first: [...lockStatements(schema), place].join('; '),
    into: `${schema}.events (${EVENT_COLUMNS})`,
    content: (row) => {
      checkGuard(guard, row)
      const streamIds = places.streamIds(row)
      encoded.eachRow((rows, start, index) => {
        const { position, streamVersion, createdAt } = records[index] as RecordOf<'event'>
        writeInt8(rows, start, 0, position)
        writeInt8(rows, start, 1, streamIds[index] as number)
        writeInt8(rows, start, 2, streamVersion)
        writeBigInt8(rows, start, 3, microsecondsOf(createdAt))
      })
      return { chunks: [BINARY_HEADER, encoded.rows, BINARY_TRAILER], rows: records.length }
    },
  }
}

/** Copies snapshots, whose data may be large. */
export function copySnapshots(
  { schema, payload, converter }: CopyTarget,
  records: readonly RecordOf<'snapshot'>[],
): CopyPlan<object> {
  const rows = new BinaryRows(records.length * USUAL_BYTES)
  const before = payload === 'jsonb' ? JSONB_VERSION : undefined
  const starts = records.map(({ sourceId, sourceType, data, metadata }, index) => {
    const start = rows.row(6)
    rows.int8s(2)
    rows.content(sourceId)
    rows.content(sourceType)
    rows.content(converter.convert(data, 'data', index), before)
    rows.content(converter.convert(metadata, 'metadata', index), before)
    return start
  })
  const bytes = rows.finish()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const [index, { sourceVersion, createdAt }] of records.entries()) {
    writeInt8(view, starts[index] as number, 0, sourceVersion)
    writeBigInt8(view, starts[index] as number, 1, microsecondsOf(createdAt))
  }
  return {
    first: lockStatements(schema).join('; '),
    into: `${schema}.snapshots (source_version, created_at, source_id, source_type, data, metadata)`,
    content: () => ({ chunks: [BINARY_HEADER, bytes, BINARY_TRAILER], rows: records.length }),
  }
}
