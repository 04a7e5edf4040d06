import type { Payload } from '../options.ts'
import { type ContentRow, contentColumns, contentJoins, type ShownContent, toContent } from './event-detail.ts'
import type { Operations } from './operations.ts'

/** A snapshot with as much of its content as is shown. Times are ISO 8601. */
export interface SnapshotText {
  readonly sourceId: string
  readonly sourceType: string
  readonly sourceVersion: number
  readonly createdAt: string
  readonly content: ShownContent
}

/** Finds a snapshot by its source; undefined when there is none. */
export async function readSnapshotText(
  { query, schema }: Operations,
  payload: Payload,
  sourceId: string,
): Promise<SnapshotText | undefined> {
  const [row] = await query<{ source_type: string; source_version: string; created_at: string } & ContentRow>({
    text: `
      SELECT n.source_type, n.source_version::text,
        round(date_part('epoch', n.created_at) * 1000::float8)::int8::text AS created_at,
        ${contentColumns(payload)}
      FROM ${schema}.snapshots n
      ${contentJoins(payload, 'n')}
      WHERE n.source_id = $1::text`,
    values: [sourceId],
  })
  if (!row) return undefined
  return {
    sourceId,
    sourceType: row.source_type,
    sourceVersion: Number(row.source_version),
    createdAt: new Date(Number(row.created_at)).toISOString(),
    content: toContent(row, payload),
  }
}
