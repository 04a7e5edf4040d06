import type { Query } from '../postgres/executor.ts'
import { escapeLiteral } from '../postgres/identifier.ts'
import type { Operations } from './operations.ts'

/** One table, its size on disk in bytes, and that of its indexes. */
interface TableStats {
  readonly table: string
  readonly bytes: number
  readonly indexBytes: number
}

/** How many events were appended in the last so many seconds, by the times that they carry. */
interface RateStats {
  readonly seconds: number
  readonly events: number
}

export interface Stats {
  readonly head: number
  readonly streams: number
  readonly deletedStreams: number
  readonly links: number
  readonly subscriptions: number
  readonly snapshots: number
  readonly payload: string
  readonly server: string
  readonly tables: readonly TableStats[]
  readonly rates: readonly RateStats[]
}

const PERIODS = [60, 3_600, 86_400]

/** Counts, sizes and rates of a store. Links and streams are counted, which looks at each. */
export async function readStats({ query, schema, schemaName }: Operations): Promise<Stats> {
  const [counts] = await query<Record<string, string>>({
    text: `
      SELECT v.stream_version::text AS head,
        (SELECT count(*) FROM ${schema}.streams s WHERE s.stream_id > 0 AND s.stream_name IS NOT NULL)::text AS streams,
        (SELECT count(*) FROM ${schema}.streams s WHERE s.stream_name IS NOT NULL AND s.deleted_at IS NOT NULL)::text AS deleted,
        (SELECT count(*) FROM ${schema}.links)::text AS links,
        (SELECT count(*) FROM ${schema}.subscriptions)::text AS subscriptions,
        (SELECT count(*) FROM ${schema}.snapshots)::text AS snapshots,
        (SELECT format_type(a.atttypid, NULL::int) FROM pg_attribute a
         WHERE a.attrelid = '${escapeLiteral(schema)}.events'::regclass::oid AND a.attname = 'data') AS payload,
        current_setting('server_version') AS server
      FROM ${schema}.stream_versions v
      WHERE v.stream_id = 0`,
  })
  const tables = await query<{ name: string; bytes: string; index_bytes: string }>({
    text: `
      SELECT c.relname AS name, pg_catalog.pg_table_size(c.oid)::text AS bytes,
        pg_catalog.pg_indexes_size(c.oid)::text AS index_bytes
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1::text AND c.relkind = 'r'
      ORDER BY pg_catalog.pg_total_relation_size(c.oid) DESC, c.relname`,
    values: [schemaName],
  })
  const numberOf = (key: string) => Number(counts?.[key] ?? 0)
  const head = numberOf('head')
  const rates: RateStats[] = []
  for (const seconds of PERIODS)
    rates.push({ seconds, events: head - (await positionBefore(query, schema, head, seconds)) })
  return {
    head,
    streams: numberOf('streams'),
    deletedStreams: numberOf('deleted'),
    links: numberOf('links'),
    subscriptions: numberOf('subscriptions'),
    snapshots: numberOf('snapshots'),
    payload: counts?.payload ?? '',
    server: counts?.server ?? '',
    tables: tables.map(({ name, bytes, index_bytes }) => ({
      table: name,
      bytes: Number(bytes),
      indexBytes: Number(index_bytes),
    })),
    rates,
  }
}

/** The last position that was appended before so many seconds ago: halving finds it, as times ascend with positions. */
async function positionBefore(query: Query, schema: string, head: number, seconds: number): Promise<number> {
  let [low, high] = [0, head]
  while (low < high) {
    const middle = Math.floor((low + high) / 2) + 1
    const [row] = await query<{ position: string; older: string }>({
      text: `
        SELECT e.position::text, (e.created_at < clock_timestamp() - make_interval(secs => $2::text::float8))::text AS older
        FROM ${schema}.events e
        WHERE e.position >= $1::text::int8
        ORDER BY e.position
        LIMIT 1`,
      values: [String(middle), String(seconds)],
    })
    if (row?.older === 'true') low = Math.min(high, Number(row.position))
    else high = middle - 1
  }
  return low
}
