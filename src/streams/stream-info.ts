import { StreamDeletedError, StreamNotFoundError } from '../errors.ts'
import { checkTimeout, type OperationOptions } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import type { StreamInfo } from '../results.ts'
import { checkOptions } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'
import type { StoreContext } from './store-context.ts'
import { checkStreamName } from './stream-name.ts'

/** A stream's row as selected by STREAM_COLUMNS. Times are milliseconds since 1970. */
export interface StreamRow {
  readonly stream_name: string
  readonly stream_version: string
  readonly created_at: string
  readonly deleted_at: string | null
}

/** The columns of a StreamRow, of a row `v` of the view stream_versions. */
export const STREAM_COLUMNS = `
  v.stream_name, v.stream_version::text,
  round(date_part('epoch', v.created_at) * 1000::float8)::int8::text AS created_at,
  round(date_part('epoch', v.deleted_at) * 1000::float8)::int8::text AS deleted_at`

export function toStreamInfo(row: StreamRow): StreamInfo {
  return {
    name: row.stream_name,
    version: Number(row.stream_version),
    status: row.deleted_at === null ? 'active' : 'deleted',
    createdAt: new Date(Number(row.created_at)),
    deletedAt: row.deleted_at === null ? null : new Date(Number(row.deleted_at)),
  }
}

/** Describes one stream; of `$all`, the version is the head. */
export async function getStream(
  { schema }: StoreContext,
  executor: Executor,
  stream: string,
  options?: OperationOptions,
): Promise<StreamInfo> {
  const name = checkStreamName(stream)
  const { timeout } = checkOptions(options, 'getStream', ['timeout'])
  const [row] = await executor.query<StreamRow>(
    {
      text: `SELECT ${STREAM_COLUMNS} FROM ${schema}.stream_versions v WHERE v.stream_name = $1::text`,
      values: [name],
    },
    new Deadline(checkTimeout(timeout)),
  )
  if (!row) throw new StreamNotFoundError(name)
  if (row.deleted_at !== null) throw new StreamDeletedError(name)
  return toStreamInfo(row)
}
