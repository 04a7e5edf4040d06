import type { Payload } from '../options.ts'
import { contentText, firstCharacters, startOf, wholeOf } from './content-text.ts'
import { PREVIEW, type SummaryRow, toSummary } from './event-summary.ts'
import type { Operations } from './operations.ts'
import type { EventLink, EventSummary } from './shown.ts'

/** Characters of data and of metadata that are read: more is for a download. */
export const SHOWN_CONTENT = 256 * 1024
const MOST_LINKS = 100

/** Data and metadata, as far as they are shown. */
export interface ShownContent {
  readonly data: string
  readonly metadata: string
  /** Of the whole. */
  readonly dataBytes: number
  readonly metadataBytes: number
  /** Whether there is more of the data, and of the metadata. */
  readonly dataCut: boolean
  readonly metadataCut: boolean
}

/** An event with as much of its content as is shown. */
export interface EventDetail {
  readonly summary: EventSummary
  readonly content: ShownContent
  readonly links: readonly EventLink[]
}

/** A row as `contentColumns` selects it. */
export interface ContentRow {
  readonly data: string
  readonly metadata: string
  readonly data_bytes: string
  readonly metadata_bytes: string
}

/** SQL of a ContentRow, given the whole contents as `d.whole` and `m.whole`. */
export function contentColumns(payload: Payload): string {
  return `
    ${startOf(payload, 'd.whole', SHOWN_CONTENT)} AS data, octet_length(d.whole)::text AS data_bytes,
    ${startOf(payload, 'm.whole', SHOWN_CONTENT)} AS metadata, octet_length(m.whole)::text AS metadata_bytes`
}

/** SQL that brings `d.whole` and `m.whole` of a row. */
export function contentJoins(payload: Payload, row: string): string {
  return `
    CROSS JOIN LATERAL (SELECT ${wholeOf(payload, `${row}.data`)} AS whole OFFSET 0) d
    CROSS JOIN LATERAL (SELECT ${wholeOf(payload, `${row}.metadata`)} AS whole OFFSET 0) m`
}

export function toContent(row: ContentRow, payload: Payload): ShownContent {
  const [data, metadata] = [row.data, row.metadata].map((piece) => contentText(payload, piece, SHOWN_CONTENT))
  const [dataBytes, metadataBytes] = [Number(row.data_bytes), Number(row.metadata_bytes)]
  return {
    data: data ?? '',
    metadata: metadata ?? '',
    dataBytes,
    metadataBytes,
    dataCut: isCut(data ?? '', dataBytes),
    metadataCut: isCut(metadata ?? '', metadataBytes),
  }
}

/** Finds an event by its id; undefined when it is not stored. */
export async function readEventDetail(
  { query, schema }: Operations,
  payload: Payload,
  id: string,
): Promise<EventDetail | undefined> {
  const [row] = await query<Omit<SummaryRow, 'number' | 'preview' | 'bytes'> & ContentRow>({
    text: `
      SELECT e.position::text, s.stream_name, e.stream_version::text, e.event_type AS type, e.event_id::text AS id,
        e.causation_id::text, e.correlation_id::text,
        round(date_part('epoch', e.created_at) * 1000::float8)::int8::text AS created_at,
        ${contentColumns(payload)}
      FROM ${schema}.events e
      JOIN ${schema}.streams s ON s.stream_id = e.stream_id AND s.stream_name IS NOT NULL
      ${contentJoins(payload, 'e')}
      WHERE e.event_id = $1::text::uuid`,
    values: [id],
  })
  if (!row) return undefined
  const content = toContent(row, payload)
  const summary = toSummary({ ...row, number: row.position, preview: null, bytes: row.data_bytes }, payload)
  return {
    summary: { ...summary, preview: firstCharacters(content.data, PREVIEW) },
    content,
    links: await readLinks({ query, schema }, row.position),
  }
}

async function readLinks(
  { query, schema }: Pick<Operations, 'query' | 'schema'>,
  position: string,
): Promise<readonly EventLink[]> {
  const rows = await query<{ stream_name: string; stream_version: string }>({
    text: `
      SELECT s.stream_name, l.stream_version::text
      FROM ${schema}.links l
      JOIN ${schema}.streams s ON s.stream_id = l.stream_id AND s.stream_name IS NOT NULL
      WHERE l.position = $1::text::int8
      ORDER BY l.link_id
      LIMIT ${MOST_LINKS}`,
    values: [position],
  })
  return rows.map((row) => ({ streamName: row.stream_name, streamVersion: Number(row.stream_version) }))
}

/** Bytes that are no text are shown with two digits each: such a text says less about the size than the bytes do. */
function isCut(shown: string, bytes: number): boolean {
  return shown.startsWith('\\x') ? shown.length < bytes * 2 + 2 : Buffer.byteLength(shown) < bytes
}
