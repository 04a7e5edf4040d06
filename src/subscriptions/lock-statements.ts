import { lockClass } from '../postgres/advisory-locks.ts'
import type { Statement } from '../postgres/executor.ts'

/** A subscription that this process wants to hold. Where the schema was made anew, its id may be another's. */
export interface Wanted {
  readonly subscriptionId: number
  readonly stream: string
  readonly name: string
}

/** A subscription that this process holds: `holder` marks its row. */
export interface Holding {
  readonly subscriptionId: number
  readonly holder: string
}

/** All columns are text: what becomes of numbers and booleans, a driver can be told. */
export interface TriedRow {
  readonly subscription_id: string
  /** The key of the locks of the schema as it is now. */
  readonly key: string
  readonly locked: 'true' | 'false'
  /** Null when the subscription was deleted. */
  readonly checkpoint: string | null
}

export interface HeldRow {
  readonly subscription_id: string
  /** Which run of which server the lock was had on. */
  readonly server: string
  readonly checkpoint: string
  /** Whether the checkpoint was ever written by an acknowledgement. */
  readonly acknowledged: 'true' | 'false'
  /** The stream's version; of `$all`, its last position. */
  readonly head: string
}

export interface CheckedRow {
  readonly subscription_id: string
  /** The key of the locks of the schema as it is now. */
  readonly key: string
  readonly deleted: 'true' | 'false'
  readonly held: 'true' | 'false'
}

/**
 * What makes the server notice within seconds that a client's machine is gone, and give its locks back. A server that does not
 * know one of these settings ignores it.
 */
export const KEEP_ALIVE: Statement = {
  text: `
    SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
      set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '10000', false)`,
}

/** Tries all the locks at once. Advisory locks are re-entrant: only those that are not had may be tried. */
export function tryLocks(schema: string, key: string, wanted: readonly Wanted[]): Statement {
  return {
    text: `
      SELECT w."subscriptionId"::text AS subscription_id, ${lockKey(schema)} AS key, s.checkpoint::text,
        (s.subscription_id IS NOT NULL AND pg_try_advisory_lock($1::text::int, w."subscriptionId"))::text AS locked
      FROM jsonb_to_recordset($2::text::jsonb) AS w ("subscriptionId" int, stream text, name text)
      LEFT JOIN ${schema}.subscriptions s
        ON s.subscription_id = w."subscriptionId" AND s.stream_name = w.stream AND s.subscription_name = w.name`,
    values: [key, JSON.stringify(wanted)],
  }
}

/** Marks the rows of subscriptions whose lock is had, and reads where they stand. */
export function markHeld(schema: string, holdings: readonly Holding[]): Statement {
  return {
    text: `
      UPDATE ${schema}.subscriptions s
      SET holder = h.holder
      FROM jsonb_to_recordset($1::text::jsonb) AS h ("subscriptionId" int, holder uuid)
      WHERE s.subscription_id = h."subscriptionId"
      RETURNING s.subscription_id::text, s.checkpoint::text, (s.updated_at <> s.created_at)::text AS acknowledged,
        extract(epoch FROM pg_postmaster_start_time())::text AS server,
        COALESCE((SELECT v.stream_version FROM ${schema}.stream_versions v WHERE v.stream_name = s.stream_name), 0)::text AS head`,
    values: [JSON.stringify(holdings)],
  }
}

/** Which of these holders still stand in their rows. */
export function checkHeld(schema: string, holdings: readonly Holding[]): Statement {
  return {
    text: `
      SELECT h."subscriptionId"::text AS subscription_id, ${lockKey(schema)} AS key,
        (s.subscription_id IS NULL)::text AS deleted, (s.holder IS NOT DISTINCT FROM h.holder)::text AS held
      FROM jsonb_to_recordset($1::text::jsonb) AS h ("subscriptionId" int, holder uuid)
      LEFT JOIN ${schema}.subscriptions s ON s.subscription_id = h."subscriptionId"`,
    values: [JSON.stringify(holdings)],
  }
}

/** Takes the marks away and gives the locks back. */
export function releaseLocks(schema: string, key: string, holdings: readonly Holding[]): Statement {
  return {
    text: `
      WITH unmarked AS (
        UPDATE ${schema}.subscriptions s
        SET holder = NULL
        FROM jsonb_to_recordset($2::text::jsonb) AS h ("subscriptionId" int, holder uuid)
        WHERE s.subscription_id = h."subscriptionId" AND s.holder = h.holder
      )
      SELECT pg_advisory_unlock($1::text::int, h."subscriptionId")::text
      FROM jsonb_to_recordset($2::text::jsonb) AS h ("subscriptionId" int)`,
    values: [key, JSON.stringify(holdings)],
  }
}

function lockKey(schema: string): string {
  return `${lockClass(schema)}::int::text`
}
