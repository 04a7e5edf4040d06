import type { Payload } from '../../options.ts'
import { textArray } from '../../postgres/array.ts'
import { quoteLiteral } from '../../postgres/identifier.ts'
import type { Kind } from './format.ts'

/** What the statements that make the lines depend on. */
interface LineSource {
  /** The schema, as a quoted identifier. */
  readonly schema: string
  readonly payload: Payload
  /** Only these streams, with the events that they link; undefined: all. */
  readonly streams: readonly string[] | undefined
}

/**
 * For each kind of record the query whose only column is the line. The server makes it: data that is JSON goes into it as it is
 * stored, to the letter. Each row's stream is looked up by itself: a join of whole tables would have to sort the result.
 */
export const LINES: Readonly<Record<Kind, (source: LineSource) => string>> = {
  stream: (source) => `
    SELECT ${record('stream', [
      ['name', text('s.stream_name')],
      ['createdAt', time('s.created_at')],
      ['deletedAt', time('s.deleted_at')],
    ])}
    FROM ${source.schema}.streams s
    WHERE s.stream_id > 0 AND s.stream_name IS NOT NULL ${ofStreams(source, 's.stream_name')}
    ORDER BY s.stream_id`,

  event: (source) => `
    SELECT ${record(
      'event',
      [
        ['position', 'e.position::text'],
        ['stream', text('s.stream_name')],
        ['streamVersion', 'e.stream_version::text'],
        ['id', uuid('e.event_id')],
        ['type', text('e.event_type')],
        ['causationId', uuid('e.causation_id')],
        ['correlationId', uuid('e.correlation_id')],
        ['createdAt', time('e.created_at')],
      ],
      content(source, 'e'),
    )}
    FROM ${source.schema}.events e
    CROSS JOIN LATERAL (${nameOf(source, 'e.stream_id')}) s
    ${source.streams ? `WHERE e.position IN (${positionsOf(source)})` : ''}
    ORDER BY e.position`,

  link: (source) => `
    SELECT ${record('link', [
      ['stream', text('s.stream_name')],
      ['streamVersion', 'l.stream_version::text'],
      ['position', 'l.position::text'],
    ])}
    FROM ${source.schema}.links l
    CROSS JOIN LATERAL (${nameOf(source, 'l.stream_id')}) s
    CROSS JOIN LATERAL (${stillThere(source, 'l.position')}) e
    ${source.streams ? `WHERE l.stream_id IN (${idsOf(source)})` : ''}
    ORDER BY l.link_id`,

  version: (source) => `
    SELECT ${record('version', [
      ['stream', text('s.stream_name')],
      ['version', 's.floor::text'],
    ])}
    FROM ${source.schema}.streams s
    WHERE ${endsInHole(source)} ${ofStreams(source, 's.stream_name')}
    ORDER BY s.stream_id`,

  snapshot: (source) => `
    SELECT ${record(
      'snapshot',
      [
        ['sourceId', text('s.source_id')],
        ['sourceVersion', 's.source_version::text'],
        ['sourceType', text('s.source_type')],
        ['createdAt', time('s.created_at')],
      ],
      content(source, 's'),
    )}
    FROM ${source.schema}.snapshots s
    ${source.streams ? 'WHERE false' : ''}
    ORDER BY s.source_id`,

  subscription: (source) => `
    SELECT ${record('subscription', [
      ['stream', text('s.stream_name')],
      ['name', text('s.subscription_name')],
      ['checkpoint', 's.checkpoint::text'],
      ['createdAt', time('s.created_at')],
      ['updatedAt', time('s.updated_at')],
    ])}
    FROM ${source.schema}.subscriptions s
    ${source.streams ? 'WHERE false' : ''}
    ORDER BY s.stream_name, s.subscription_name`,
}

/** Whether a stream `s` has a version that its last event does not show. Events of a stream that is being swept are gone already. */
export function endsInHole({ schema }: Pick<LineSource, 'schema'>): string {
  return `s.stream_name IS NOT NULL AND s.floor > 0
      AND NOT EXISTS (
        SELECT FROM ${schema}.events e WHERE e.stream_id = s.stream_id AND e.stream_version >= s.floor)
      AND NOT EXISTS (
        SELECT FROM ${schema}.links l
        WHERE l.stream_id = s.stream_id AND l.stream_version >= s.floor
          AND EXISTS (${stillThere({ schema }, 'l.position')}))
      AND (s.stream_id > 0 OR NOT EXISTS (
        SELECT FROM ${schema}.events e
        WHERE e.position >= s.floor AND EXISTS (${nameOf({ schema }, 'e.stream_id')})))`
}

/** The name of a stream, no row if it is being swept. */
export function nameOf({ schema }: Pick<LineSource, 'schema'>, id: string): string {
  return `SELECT s.stream_name FROM ${schema}.streams s WHERE s.stream_id = ${id} AND s.stream_name IS NOT NULL OFFSET 0`
}

/** A row if there is an event at this position whose stream is not being swept. */
export function stillThere({ schema }: Pick<LineSource, 'schema'>, position: string): string {
  return `SELECT o.stream_id FROM ${schema}.events o JOIN ${schema}.streams p ON p.stream_id = o.stream_id
    WHERE o.position = ${position} AND p.stream_name IS NOT NULL OFFSET 0`
}

/** A time as ISO 8601 with microseconds, whatever the session's settings are. */
export function timeText(column: string): string {
  return `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text)`
}

function record(kind: Kind, fields: readonly (readonly [name: string, sql: string])[], more = ''): string {
  const parts = fields.map(
    ([name, sql], index) => `'${index === 0 ? `{"record":"${kind}",` : ','}"${name}":' || ${sql}`,
  )
  return `${parts.join('\n      || ')}${more === '' ? '' : `\n      || ${more}`}\n      || '}' AS line`
}

function text(column: string): string {
  return `to_json(${column}::text)::text`
}

function uuid(column: string): string {
  return `COALESCE('"' || ${column}::text || '"', 'null')`
}

function time(column: string): string {
  return `COALESCE('"' || ${timeText(column)} || '"', 'null')`
}

/** Bytes in base64, JSON as it is; with a line break, which would end the record, or white space around it, as a string of its text. */
function content({ payload }: LineSource, row: string): string {
  const fields = ['data', 'metadata'].map((name) => {
    const column = `${row}.${name}`
    switch (payload) {
      case 'bytea':
        return `',"${name}Base64":"' || translate(encode(${column}, 'base64'), E'\\n', '') || '"'`
      case 'jsonb':
        return `',"${name}":' || ${column}::text`
      case 'json':
        return `CASE WHEN strpos(${column}::text, E'\\n') > 0 OR strpos(${column}::text, E'\\r') > 0
            OR btrim(${column}::text, E' \\t') <> ${column}::text
          THEN ',"${name}Text":' || ${text(column)}
          ELSE ',"${name}":' || ${column}::text END`
      default:
        return payload satisfies never
    }
  })
  return fields.join('\n      || ')
}

function ofStreams({ streams }: LineSource, column: string): string {
  return streams ? `AND ${column} = ANY (${quoteLiteral(textArray(streams))}::text[])` : ''
}

function idsOf(source: LineSource): string {
  return `SELECT t.stream_id FROM ${source.schema}.streams t
      WHERE t.stream_id > 0 ${ofStreams(source, 't.stream_name')}`
}

function positionsOf(source: LineSource): string {
  return `
      SELECT t.position FROM ${source.schema}.events t WHERE t.stream_id IN (${idsOf(source)})
      UNION
      SELECT t.position FROM ${source.schema}.links t WHERE t.stream_id IN (${idsOf(source)})`
}
