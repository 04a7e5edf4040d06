import type { Payload } from '../options.ts'
import { plainArray } from '../postgres/array.ts'
import { int4Array } from '../postgres/binary-array.ts'
import type { Statement, TextRow } from '../postgres/executor.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import type { AppendRequest } from './append-request.ts'
import { binaryColumns, numberEvents, textColumns } from './event-arrays.ts'
import { partArrays } from './part-arrays.ts'
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
      ARRAY(SELECT round(date_part('epoch', at) * 1000::float8)::int8 FROM pg_catalog.unnest(created) WITH ORDINALITY AS c (at, n) ORDER BY n)::text`

/** How the columns of events go to the server: as they are, or as text. */
type Form = '' | '::text'

const APPEND_EVENTS = preparedStatement((schema: string, payload: Payload, form: Form) => {
  const array = (number: number, type: string) => `$${number}${form}::${type}[]`
  return `
    SELECT outcomes::text, versions::text, heads::text, ${MILLISECONDS} AS created
    FROM ${schema}.append_events($1::text::text[], $2::text::text[], $3::text::int[], $4::text::int[], $5::text::int[],
      $6::text::timestamptz[], ${array(7, 'int')}, ${array(8, 'int')}, ${array(9, 'uuid')}, ${array(10, 'uuid')},
      ${array(11, 'uuid')}, ${array(12, 'text')}, ${array(13, payload)}, ${array(14, payload)})`
})

const APPEND_TO_STREAM = preparedStatement((schema: string, payload: Payload, form: Form) => {
  const array = (number: number, type: string) => `$${number}${form}::${type}[]`
  return `
    SELECT ${schema}.append_to_stream($1::text, $2::text, $3::text::timestamptz, ${array(4, 'uuid')}, ${array(5, 'uuid')},
      ${array(6, 'uuid')}, ${array(7, 'text')}, ${array(8, payload)}, ${array(9, payload)})::text AS stored`
})

/** A group of appends as one statement, which checks and stores each of them by itself. */
export function appendStatement(
  { schema, codec: { payload } }: StoreContext,
  requests: readonly AppendRequest[],
): Statement {
  const ofParts = partArrays(requests)
  const { list, parts, numbers } = numberEvents(requests)
  const binary = [...ofParts, int4Array(parts), int4Array(numbers), ...binaryColumns(list, payload)]
  const text = () => [...ofParts, plainArray(parts), plainArray(numbers), ...textColumns(list, payload)]
  return {
    ...APPEND_EVENTS(binary, schema, payload, ''),
    asText: () => APPEND_EVENTS(text(), schema, payload, '::text'),
  }
}

/**
 * One append to one stream, the most frequent of all groups, as a statement of its own; undefined for any other group. Its answer is
 * one column, an array of version and position; NULL when nothing was stored.
 */
export function streamStatement(
  { schema, codec: { payload } }: StoreContext,
  requests: readonly AppendRequest[],
): Statement | undefined {
  const [request, another] = requests
  const part = request?.parts[0]
  if (!part || another || request.parts.length !== 1 || request.events === 0) return undefined
  const { stream, expectedVersion, events } = part
  const first = [stream, String(expectedVersion), request.createdAt?.toISOString() ?? null]
  return {
    ...APPEND_TO_STREAM([...first, ...binaryColumns([events], payload)], schema, payload, ''),
    asText: () => APPEND_TO_STREAM([...first, ...textColumns([events], payload)], schema, payload, '::text'),
  }
}
