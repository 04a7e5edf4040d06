import type { Statement, TextRow } from '../postgres/executor.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import type { AppendRequest } from './append-request.ts'
import { eventArrays, partArrays } from './group-arrays.ts'
import type { StoreContext } from './store-context.ts'

/** What the database answers for a group, as arrays with an element for each part: versions and heads are those before the part. */
export interface GroupRow {
  /** Of the words `ok`, `version`, `deleted` and `other`, or only `isolation`. */
  readonly outcomes: string
  readonly versions: string
  readonly heads: string
  /** In milliseconds since 1970. */
  readonly created: string
  /** Answered when the events are to be copied. */
  readonly stream_ids?: string
}

/** The answer for a group as an executor's `write` gives it. */
export function groupRowOf(row: TextRow | undefined): GroupRow | undefined {
  if (!row) return undefined
  const [outcomes, versions, heads, created] = row as readonly string[]
  return { outcomes: outcomes ?? '{}', versions: versions ?? '{}', heads: heads ?? '{}', created: created ?? '{}' }
}

/** The times of the parts, `created`, in milliseconds since 1970. */
export const MILLISECONDS = `
      ARRAY(SELECT round(date_part('epoch', at) * 1000)::int8 FROM unnest(created) WITH ORDINALITY AS c (at, n) ORDER BY n)::text`

const APPEND_EVENTS = preparedStatement(
  (schema: string) => `
    SELECT outcomes::text, versions::text, heads::text, ${MILLISECONDS} AS created
    FROM ${schema}.append_events($1::text::text[], $2::text::text[], $3::text::int[], $4::text::int[], $5::text::int[],
      $6::text::timestamptz[], $7::text::int[], $8::text::int[], $9::text::uuid[], $10::text::text[], $11::text::text[],
      $12::text::text[], $13::text::uuid[], $14::text::uuid[])`,
)

const APPEND_EVENT = preparedStatement(
  (schema: string) => `
    SELECT ${schema}.append_event($1::text, $2::text, $3::text::timestamptz, $4::text::uuid, $5::text, $6::text, $7::text,
      $8::text::uuid, $9::text::uuid)::text AS stored`,
)

/** A group of appends as one statement, which checks and stores each of them by itself. */
export function appendStatement({ schema }: StoreContext, requests: readonly AppendRequest[]): Statement {
  return APPEND_EVENTS([...partArrays(requests), ...eventArrays(requests)], schema)
}

/**
 * One event for one stream, the most frequent of all groups, as a statement of its own; undefined for any other group. Its answer is
 * one column, an array of version and position; NULL when the event was not stored.
 */
export function singleEventStatement(
  { schema }: StoreContext,
  requests: readonly AppendRequest[],
): Statement | undefined {
  const [request, another] = requests
  if (!request || another || request.parts.length !== 1 || request.events !== 1) return undefined
  const [part] = request.parts
  const event = part?.events[0]
  if (!part || !event) return undefined
  return APPEND_EVENT(
    [
      part.stream,
      String(part.expectedVersion),
      request.createdAt?.toISOString() ?? null,
      event.id,
      event.type,
      event.data,
      event.metadata,
      event.causationId,
      event.correlationId,
    ],
    schema,
  )
}
