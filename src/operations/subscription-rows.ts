import { lockClass } from '../postgres/advisory-locks.ts'
import type { Operations } from './operations.ts'
import type { SubscriptionRow } from './shown.ts'

interface Row {
  readonly stream_name: string
  readonly subscription_name: string
  readonly checkpoint: string
  readonly head: string
  readonly created_at: string
  readonly updated_at: string
  readonly pid: string | null
  readonly application: string | null
  readonly address: string | null
}

/** All subscriptions, in order of stream and name. Who may not see others' sessions sees their process id only. */
export async function readSubscriptionRows({ query, schema }: Operations): Promise<readonly SubscriptionRow[]> {
  const rows = await query<Row>({
    text: `
      WITH held AS MATERIALIZED (
        SELECT l.objid, min(l.pid) AS pid
        FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
          AND l.classid = ${lockClass(schema)}
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        GROUP BY l.objid
      )
      SELECT s.stream_name, s.subscription_name, s.checkpoint::text, COALESCE(v.stream_version, 0)::text AS head,
        round(date_part('epoch', s.created_at) * 1000::float8)::int8::text AS created_at,
        round(date_part('epoch', s.updated_at) * 1000::float8)::int8::text AS updated_at,
        h.pid::text, a.application_name AS application, host(a.client_addr) AS address
      FROM ${schema}.subscriptions s
      LEFT JOIN ${schema}.stream_versions v ON v.stream_name = s.stream_name
      LEFT JOIN held h ON h.objid = s.subscription_id::oid
      LEFT JOIN pg_stat_activity a ON a.pid = h.pid
      ORDER BY s.stream_name, s.subscription_name`,
  })
  return rows.map((row) => ({
    stream: row.stream_name,
    name: row.subscription_name,
    checkpoint: Number(row.checkpoint),
    head: Number(row.head),
    lag: Number(row.head) - Number(row.checkpoint),
    holder: holderOf(row),
    createdAt: new Date(Number(row.created_at)).toISOString(),
    updatedAt: new Date(Number(row.updated_at)).toISOString(),
  }))
}

function holderOf({ pid, application, address }: Row): string | null {
  return pid === null ? null : [`pid ${pid}`, application, address].filter((part) => part).join(', ')
}
