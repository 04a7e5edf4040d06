import type { Payload } from '../options.ts'
import { lockClass } from '../postgres/advisory-locks.ts'
import type { Statement, TextRow } from '../postgres/executor.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import type { AppendOutcome, AppendRequest } from './append-request.ts'
import { fieldsOf } from './event-arrays.ts'
import type { StoreContext } from './store-context.ts'

/** One event that follows a known one: the lock, and what is to be sent together with it, in the same transaction. */
export interface NextEvent {
  readonly lock: Statement
  readonly insert: Statement
  /** The outcome, given the rows of `insert`; undefined when nothing was stored, and `append_events` knows why. */
  readonly outcome: (rows: readonly TextRow[]) => AppendOutcome | undefined
}

/** The setting is that of the functions: a plan made while tables are small is kept when they have grown. */
const LOCK = preparedStatement(
  (schema: string) => `
    SELECT pg_catalog.pg_advisory_xact_lock(${lockClass(schema)}::int, 0)::text,
      pg_catalog.set_config('enable_seqscan', 'off', true)`,
)

/** What append_to_stream does for one event, without the cost of a function: half of what the server does for it. */
const INSERT = preparedStatement((schema: string, payload: Payload) => {
  const last = (column: string, condition: string) =>
    `(SELECT ${column} FROM ${schema}.${condition} ORDER BY ${column} DESC LIMIT 1)`
  return `
    INSERT INTO ${schema}.events AS new_event (position, stream_id, stream_version, created_at,
      event_id, causation_id, correlation_id, event_type, data, metadata)
    SELECT 1 + GREATEST(a.floor, ${last('e.position', 'events e WHERE e.position > a.floor')}),
      s.stream_id, 1 + $2::text::bigint, COALESCE($3::text::timestamptz, date_trunc('milliseconds', clock_timestamp())),
      $4::uuid, $5::uuid, $6::uuid, $7::text, $8::${payload}, $9::${payload}
    FROM ${schema}.streams a, ${schema}.streams s
    WHERE a.stream_id = 0 AND s.stream_name = $1::text AND s.deleted_at IS NULL
      AND current_setting('transaction_isolation') IN ('read committed', 'read uncommitted')
      AND $2::text::bigint = GREATEST(s.floor,
        ${last('e.stream_version', 'events e WHERE e.stream_id = s.stream_id AND e.stream_version >= $2::text::bigint')},
        ${last('l.stream_version', 'links l WHERE l.stream_id = s.stream_id AND l.stream_version > s.floor')})
    RETURNING position::text`
})

/** A lone append of one event to a stream of which the version is expected; undefined for any other group. */
export function nextEvent(
  { schema, codec: { payload } }: StoreContext,
  requests: readonly AppendRequest[],
): NextEvent | undefined {
  const [request, another] = requests
  const part = request?.parts[0]
  if (!part || another || request.parts.length !== 1 || request.events !== 1) return undefined
  const { stream, expectedVersion, events } = part
  if (typeof expectedVersion !== 'number' || expectedVersion === 0) return undefined
  const time = request.createdAt?.toISOString() ?? null
  return {
    lock: LOCK([], schema),
    insert: INSERT([stream, String(expectedVersion), time, ...fieldsOf(events)], schema, payload),
    outcome: ([row]) => row && { results: [{ streamVersion: expectedVersion + 1, position: Number(row[0]) }] },
  }
}
