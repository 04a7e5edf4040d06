import type { Query } from '../postgres/executor.ts'
import { escapeLiteral } from '../postgres/identifier.ts'
import type { Operations } from './operations.ts'
import type { RateStats, Stats } from './shown.ts'

export type { Stats } from './shown.ts'

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
    rates: await readRates(query, schema, head),
  }
}

/**
 * How many events were appended in the last so many seconds, for each period. Halving finds where it begins, as times ascend with
 * positions; the server does that by itself, as each step would be a round trip.
 */
async function readRates(query: Query, schema: string, head: number): Promise<readonly RateStats[]> {
  const rows = await query<{ seconds: string; before: string }>({
    text: `
      WITH RECURSIVE search (seconds, low, high) AS (
        SELECT p.seconds, 0::int8, $1::text::int8
        FROM pg_catalog.unnest($2::text::int4[]) AS p (seconds)
        UNION ALL
        SELECT s.seconds,
          CASE WHEN f.older THEN LEAST(s.high, f.found) ELSE s.low END,
          CASE WHEN f.older THEN s.high ELSE m.middle - 1::int8 END
        FROM search s
        CROSS JOIN LATERAL (SELECT (s.low + s.high) / 2::int8 + 1::int8 AS middle) m
        LEFT JOIN LATERAL (
          SELECT e.position AS found,
            e.created_at < clock_timestamp() - make_interval(secs => s.seconds::float8) AS older
          FROM ${schema}.events e
          WHERE e.position >= m.middle
          ORDER BY e.position
          LIMIT 1
        ) f ON true
        WHERE s.low < s.high
      )
      SELECT s.seconds::text, s.low::text AS before
      FROM search s
      WHERE s.low >= s.high
      ORDER BY s.seconds`,
    values: [String(head), `{${PERIODS.join(',')}}`],
  })
  return rows.map(({ seconds, before }) => ({ seconds: Number(seconds), events: head - Number(before) }))
}
