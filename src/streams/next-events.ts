import type { Payload } from '../options.ts'
import { lockClass } from '../postgres/advisory-locks.ts'
import { parsePlainArray, plainArray, textArray } from '../postgres/array.ts'
import type { Statement, TextRow } from '../postgres/executor.ts'
import { checkKept } from '../postgres/kept.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import type { AppendOutcome, AppendRequest } from './append-request.ts'
import { type EncodedEvents, EVENT_COLUMNS } from './encoded-events.ts'
import { binaryColumns, fieldsOf } from './event-arrays.ts'
import type { StoreContext } from './store-context.ts'

/** A group of events that follow known ones: the lock, and what is to be sent together with it, in the same transaction. */
export interface NextEvents {
  readonly lock: Statement
  readonly insert: Statement
  /** What became of each append, given the rows of `insert`; undefined: it was not stored, and `append_events` knows why. */
  readonly outcomes: (rows: readonly TextRow[]) => readonly (AppendOutcome | undefined)[]
}

/** An append of one event behind a version above 0. */
interface Next {
  readonly stream: string
  readonly expectedVersion: number
  readonly event: EncodedEvents
  readonly createdAt: Date | undefined
}

/**
 * The settings are for the plan of what follows: one that was made while tables were small is kept when they have grown, and
 * planning anew for each length of an array would cost more than it gains.
 */
const LOCK = preparedStatement(
  (schema: string) => `
    SELECT pg_catalog.pg_advisory_xact_lock(${lockClass(schema)}::int, 0)::text,
      pg_catalog.set_config('enable_seqscan', 'off', true),
      pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)`,
)

const NOW = "date_trunc('milliseconds', clock_timestamp())"
const READ_COMMITTED = "current_setting('transaction_isolation') IN ('read committed', 'read uncommitted')"

function last(column: string, rows: string): string {
  return `(SELECT ${column} FROM ${rows} ORDER BY ${column} DESC LIMIT 1)`
}

/** The head, given the row `a` of `$all`. */
function head(schema: string): string {
  return `GREATEST(a.floor, ${last('e.position', `${schema}.events e WHERE e.position > a.floor`)})`
}

/** Whether the stream of row `s` has the version that is expected. */
function fits(schema: string, expected: string): string {
  return `s.deleted_at IS NULL AND ${expected} = GREATEST(s.floor,
        ${last('e.stream_version', `${schema}.events e WHERE e.stream_id = s.stream_id AND e.stream_version >= ${expected}`)},
        ${last('l.stream_version', `${schema}.links l WHERE l.stream_id = s.stream_id AND l.stream_version > s.floor`)})`
}

/** What append_to_stream does for one event, without the cost of a function: half of what the server does for it. */
const INSERT_ONE = preparedStatement(
  (schema: string, payload: Payload) => `
    INSERT INTO ${schema}.events (${EVENT_COLUMNS})
    SELECT 1 + ${head(schema)},
      s.stream_id, 1 + $2::text::bigint, COALESCE($3::text::timestamptz, ${NOW}),
      $4::uuid, $5::uuid, $6::uuid, $7::text, $8::${payload}, $9::${payload}
    FROM ${schema}.streams a, ${schema}.streams s
    WHERE a.stream_id = 0 AND s.stream_name = $1::text AND ${READ_COMMITTED} AND ${fits(schema, '$2::text::bigint')}
    RETURNING position::text`,
)

/**
 * What append_events does for events of different streams, in three quarters of the time. Those that do not fit are left out. Answers
 * the first position and how many are stored; when those are not all, also which ones, in the order of their positions.
 */
const INSERT_ALL = preparedStatement(
  (schema: string, payload: Payload) => `
    WITH fitting AS MATERIALIZED (
      SELECT n.*, s.stream_id, row_number() OVER (ORDER BY n.number) AS rank
      FROM unnest($1::text::text[], $2::text::bigint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
          $7::${payload}[], $8::${payload}[])
        WITH ORDINALITY AS n (stream, expected, id, causation_id, correlation_id, type, data, metadata, number),
        LATERAL (
          SELECT s.stream_id FROM ${schema}.streams s
          WHERE s.stream_name = n.stream AND ${fits(schema, 'n.expected')}
          OFFSET 0
        ) s
    ), head AS MATERIALIZED (
      SELECT ${head(schema)} AS position, ${NOW} AS at
      FROM ${schema}.streams a
      WHERE a.stream_id = 0 AND ${READ_COMMITTED}
    ), stored AS (
      INSERT INTO ${schema}.events (${EVENT_COLUMNS})
      SELECT head.position + f.rank, f.stream_id, 1 + f.expected, head.at,
        f.id, f.causation_id, f.correlation_id, f.type, f.data, f.metadata
      FROM head, fitting f
      RETURNING position
    )
    SELECT min(position)::text, count(*)::text,
      CASE WHEN count(*) < pg_catalog.cardinality($6::text[]) THEN
        (SELECT pg_catalog.array_agg(f.number ORDER BY f.rank)::text FROM fitting f)
      END
    FROM stored`,
)

/** For appends of one event each to different streams, of all of which the version is expected; undefined for any other group. */
export function nextEvents(
  { schema, codec: { payload } }: StoreContext,
  requests: readonly AppendRequest[],
): NextEvents | undefined {
  const next = nextOfEach(requests)
  const [first] = next ?? []
  if (!next || !first) return undefined
  const lock = LOCK([], schema)
  return next.length === 1 ? one(lock, first, schema, payload) : several(lock, next, schema, payload)
}

function one(lock: Statement, { stream, expectedVersion, event, createdAt }: Next, schema: string, payload: Payload) {
  const values = [stream, String(expectedVersion), createdAt?.toISOString() ?? null, ...fieldsOf(event)]
  const outcomes: NextEvents['outcomes'] = ([row]) => [row && stored(expectedVersion, Number(row[0]))]
  return { lock, insert: INSERT_ONE(values, schema, payload), outcomes }
}

function several(lock: Statement, next: readonly Next[], schema: string, payload: Payload): NextEvents | undefined {
  if (next.some(({ createdAt }) => createdAt) || new Set(next.map(({ stream }) => stream)).size < next.length)
    return undefined
  const streams = textArray(next.map(({ stream }) => stream))
  const expected = plainArray(next.map(({ expectedVersion }) => expectedVersion))
  const columns = binaryColumns(
    next.map(({ event }) => event),
    payload,
  )
  return {
    lock,
    insert: INSERT_ALL([streams, expected, ...columns], schema, payload),
    outcomes: ([row]) => outcomesOf(next, row),
  }
}

function outcomesOf(next: readonly Next[], row: TextRow | undefined): readonly (AppendOutcome | undefined)[] {
  const [first, count, numbers] = row ?? []
  const outcomes = next.map((): AppendOutcome | undefined => undefined)
  if (first == null) return outcomes
  const fitting = numbers == null ? next.map((_, index) => index) : parsePlainArray(numbers).map((n) => Number(n) - 1)
  checkKept(Number(count), fitting.length)
  for (const [rank, index] of fitting.entries()) {
    outcomes[index] = stored(next[index]?.expectedVersion ?? 0, Number(first) + rank)
  }
  return outcomes
}

function stored(before: number, position: number): AppendOutcome {
  return { results: [{ streamVersion: before + 1, position }] }
}

function nextOfEach(requests: readonly AppendRequest[]): readonly Next[] | undefined {
  const next: Next[] = []
  for (const { parts, events, createdAt } of requests) {
    const [part] = parts
    if (!part || parts.length !== 1 || events !== 1) return undefined
    const { stream, expectedVersion, events: event } = part
    if (typeof expectedVersion !== 'number' || expectedVersion === 0) return undefined
    next.push({ stream, expectedVersion, event, createdAt })
  }
  return next
}
