import { checkTimeout, type ListStreamsOptions } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import type { Page, StreamInfo } from '../results.ts'
import { checkInteger, checkOneOf, checkOptions, describeValue } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'
import type { StoreContext } from './store-context.ts'
import { STREAM_COLUMNS, type StreamRow, toStreamInfo } from './stream-info.ts'

const OPTIONS = ['page', 'pageSize', 'search', 'sortBy', 'sortDirection', 'timeout'] as const

/** The column to sort by; streams of equal rank keep the order in which they were created. */
const SORT_COLUMNS = {
  name: 'stream_name',
  version: 'stream_version',
  createdAt: 'created_at',
  deletedAt: 'deleted_at',
} as const

/**
 * Lists `$all` and the streams, soft deleted ones too, a page at a time. The versions of those on the page are looked up, and of no other
 * unless they decide about the order.
 */
export async function listStreams(
  { schema }: StoreContext,
  executor: Executor,
  options?: ListStreamsOptions,
): Promise<Page<StreamInfo>> {
  const checked = checkOptions(options, 'listStreams', OPTIONS)
  const { page = 1, pageSize = 50, sortBy = 'createdAt', sortDirection = 'ascending' } = checked
  checkInteger(page, 'page', 1)
  checkInteger(pageSize, 'pageSize', 1)
  const search = checkSearch(checked.search)
  const column = SORT_COLUMNS[checkOneOf(sortBy, 'sortBy', ['name', 'version', 'createdAt', 'deletedAt'])]
  const order = checkOneOf(sortDirection, 'sortDirection', ['ascending', 'descending']) === 'ascending' ? 'ASC' : 'DESC'
  const deadline = new Deadline(checkTimeout(checked.timeout))

  const [count] = await executor.query<{ total: string }>(
    {
      text: `
        SELECT count(*)::text AS total
        FROM ${schema}.streams
        WHERE stream_name IS NOT NULL AND strpos(stream_name, $1::text) > 0`,
      values: [search],
    },
    deadline,
  )
  const rows = await executor.query<StreamRow>(
    {
      text: `
        WITH picked AS MATERIALIZED (
          SELECT o.stream_id, o.${column} AS rank
          FROM ${schema}.${column === 'stream_version' ? 'stream_versions' : 'streams'} o
          WHERE o.stream_name IS NOT NULL AND strpos(o.stream_name, $1::text) > 0
          ORDER BY o.${column} ${order} NULLS LAST, o.stream_id ${order}
          LIMIT $2::text::int8
          OFFSET $3::text::int8
        )
        SELECT ${STREAM_COLUMNS}
        FROM picked p
        CROSS JOIN LATERAL (SELECT w.* FROM ${schema}.stream_versions w WHERE w.stream_id = p.stream_id OFFSET 0) v
        ORDER BY p.rank ${order} NULLS LAST, p.stream_id ${order}`,
      values: [search, String(pageSize), String(Math.min((page - 1) * pageSize, Number.MAX_SAFE_INTEGER))],
    },
    deadline,
  )
  const totalItems = Number(count?.total ?? 0)
  return { items: rows.map(toStreamInfo), page, pageSize, totalItems, totalPages: Math.ceil(totalItems / pageSize) }
}

function checkSearch(search: unknown): string {
  if (search === undefined) return ''
  if (typeof search !== 'string') throw new TypeError(`search must be a string, found ${describeValue(search)}`)
  if (search.includes('\0') || !search.isWellFormed())
    throw new RangeError('search must not contain what no name contains')
  return search
}
