import type { Operations } from './operations.ts'

/** A snapshot without its data. */
export interface SnapshotInfo {
  readonly sourceId: string
  readonly sourceType: string
  readonly sourceVersion: number
  readonly createdAt: Date
  /** Of data and metadata, as they are stored. */
  readonly bytes: number
}

interface SnapshotRow {
  readonly source_id: string
  readonly source_type: string
  readonly source_version: string
  readonly created_at: string
  readonly bytes: string
}

/** The snapshots whose source id contains a text, by source id, a page at a time. */
export async function listSnapshots(
  { query, schema }: Operations,
  {
    search = '',
    page = 1,
    pageSize = 50,
  }: { readonly search?: string; readonly page?: number; readonly pageSize?: number },
): Promise<{ readonly items: readonly SnapshotInfo[]; readonly totalItems: number }> {
  const [count] = await query<{ total: string }>({
    text: `SELECT count(*)::text AS total FROM ${schema}.snapshots WHERE strpos(source_id, $1::text) > 0`,
    values: [search],
  })
  const rows = await query<SnapshotRow>({
    text: `
      SELECT source_id, source_type, source_version::text,
        round(date_part('epoch', created_at) * 1000::float8)::int8::text AS created_at,
        (pg_catalog.pg_column_size(data) + pg_catalog.pg_column_size(metadata))::text AS bytes
      FROM ${schema}.snapshots
      WHERE strpos(source_id, $1::text) > 0
      ORDER BY source_id
      LIMIT $2::text::int8
      OFFSET $3::text::int8`,
    values: [search, String(pageSize), String(Math.min((page - 1) * pageSize, Number.MAX_SAFE_INTEGER))],
  })
  const items = rows.map((row) => ({
    sourceId: row.source_id,
    sourceType: row.source_type,
    sourceVersion: Number(row.source_version),
    createdAt: new Date(Number(row.created_at)),
    bytes: Number(row.bytes),
  }))
  return { items, totalItems: Number(count?.total ?? 0) }
}
