import type { StreamInfo } from '../results.ts'
import { STREAM_COLUMNS, type StreamRow, toStreamInfo } from '../streams/stream-info.ts'
import type { Operations } from './operations.ts'

/** Where a stream ends, and which of several it is that had the name one after the other. */
export interface StreamHead {
  readonly streamId: string
  readonly version: number
}

/** The end of a stream (of `$all`, the last position); undefined while it is missing or soft deleted. */
export async function readStreamHead({ query, schema }: Operations, stream: string): Promise<StreamHead | undefined> {
  const [row] = await query<{ stream_id: string; version: string }>({
    text: `
      SELECT v.stream_id::text, v.stream_version::text AS version
      FROM ${schema}.stream_versions v
      WHERE v.stream_name = $1::text AND v.deleted_at IS NULL`,
    values: [stream],
  })
  return row && { streamId: row.stream_id, version: Number(row.version) }
}

/** Describes a stream, a soft deleted one too; undefined when it does not exist. */
export async function findStream({ query, schema }: Operations, stream: string): Promise<StreamInfo | undefined> {
  const [row] = await query<StreamRow>({
    text: `SELECT ${STREAM_COLUMNS} FROM ${schema}.stream_versions v WHERE v.stream_name = $1::text`,
    values: [stream],
  })
  return row && toStreamInfo(row)
}

/** The last position of the store, and the version of the server that it is on. */
export async function readStoreHead({ query, schema }: Operations): Promise<{ head: number; server: string }> {
  const [row] = await query<{ head: string; server: string }>({
    text: `
      SELECT v.stream_version::text AS head, current_setting('server_version') AS server
      FROM ${schema}.stream_versions v
      WHERE v.stream_id = 0`,
  })
  return { head: Number(row?.head ?? 0), server: row?.server ?? '' }
}
