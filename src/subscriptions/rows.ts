import { checkTimeout, type OperationOptions } from '../options.ts'
import { lockClass } from '../postgres/advisory-locks.ts'
import type { Executor } from '../postgres/executor.ts'
import type { SubscriptionInfo } from '../results.ts'
import { checkOptions } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'

/** Whose row it is. */
export interface SubscriptionKey {
  readonly stream: string
  readonly name: string
}

interface SubscriptionRow {
  readonly stream_name: string
  readonly subscription_name: string
  readonly checkpoint: string
  readonly lag: string
  readonly created_at: string
  readonly updated_at: string
  readonly active: string
}

const TIMEOUT = 15_000

/** Finds a subscription's row, or creates it with a checkpoint at `after`. Resolves to its id and its checkpoint. */
export async function ensureSubscription(
  executor: Executor,
  schema: string,
  { stream, name }: SubscriptionKey,
  after: number | 'start' | 'end',
): Promise<{ readonly subscriptionId: number; readonly checkpoint: number }> {
  const deadline = new Deadline(TIMEOUT)
  for (;;) {
    const [row] = await executor.query<{ subscription_id: string; checkpoint: string }>(
      {
        text: `
          WITH created AS (
            INSERT INTO ${schema}.subscriptions (stream_name, subscription_name, checkpoint, created_at, updated_at)
            SELECT $1::text, $2::text, COALESCE($3::text::int8,
              (SELECT v.stream_version FROM ${schema}.stream_versions v WHERE v.stream_name = $1::text), 0), t.now, t.now
            FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t
            WHERE NOT EXISTS (
              SELECT FROM ${schema}.subscriptions s WHERE s.stream_name = $1::text AND s.subscription_name = $2::text)
            ON CONFLICT DO NOTHING
            RETURNING subscription_id, checkpoint
          )
          SELECT subscription_id::text, checkpoint::text FROM created
          UNION ALL
          SELECT subscription_id::text, checkpoint::text FROM ${schema}.subscriptions
          WHERE stream_name = $1::text AND subscription_name = $2::text`,
        values: [stream, name, after === 'end' ? null : String(after === 'start' ? 0 : after)],
      },
      deadline,
    )
    // None: another process is creating it this moment.
    if (row) return { subscriptionId: Number(row.subscription_id), checkpoint: Number(row.checkpoint) }
  }
}

/** The checkpoint in the table; undefined when there is no such subscription. */
export async function readCheckpoint(
  executor: Executor,
  schema: string,
  { stream, name }: SubscriptionKey,
): Promise<number | undefined> {
  const [row] = await executor.query<{ checkpoint: string }>(
    {
      text: `
        SELECT checkpoint::text FROM ${schema}.subscriptions
        WHERE stream_name = $1::text AND subscription_name = $2::text`,
      values: [stream, name],
    },
    new Deadline(TIMEOUT),
  )
  return row && Number(row.checkpoint)
}

/** All subscriptions, in order of stream and name. */
export async function listSubscriptions(
  executor: Executor,
  schema: string,
  options?: OperationOptions,
): Promise<readonly SubscriptionInfo[]> {
  const { timeout } = checkOptions(options, 'listSubscriptions', ['timeout'])
  const rows = await executor.query<SubscriptionRow>(
    {
      text: `
        SELECT s.stream_name, s.subscription_name, s.checkpoint::text,
          GREATEST(COALESCE(v.stream_version, 0) - s.checkpoint, 0)::text AS lag,
          floor(date_part('epoch', s.created_at) * 1000::float8 + 0.0005::float8)::int8::text AS created_at,
          floor(date_part('epoch', s.updated_at) * 1000::float8 + 0.0005::float8)::int8::text AS updated_at,
          EXISTS (
            SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.objid = s.subscription_id::oid
              AND l.classid = ${lockClass(schema)}
              AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
          )::text AS active
        FROM ${schema}.subscriptions s
        LEFT JOIN ${schema}.stream_versions v ON v.stream_name = s.stream_name
        ORDER BY s.stream_name, s.subscription_name`,
    },
    new Deadline(checkTimeout(timeout)),
  )
  return rows.map((row) => ({
    stream: row.stream_name,
    name: row.subscription_name,
    checkpoint: Number(row.checkpoint),
    lag: Number(row.lag),
    createdAt: new Date(Number(row.created_at)),
    updatedAt: new Date(Number(row.updated_at)),
    active: row.active === 'true',
  }))
}

/** Removes a subscription's row. Does nothing when there is none. */
export async function removeSubscription(
  executor: Executor,
  schema: string,
  { stream, name }: SubscriptionKey,
  options?: OperationOptions,
): Promise<void> {
  const { timeout } = checkOptions(options, 'deleteSubscription', ['timeout'])
  await executor.query(
    {
      text: `DELETE FROM ${schema}.subscriptions WHERE stream_name = $1::text AND subscription_name = $2::text`,
      values: [stream, name],
    },
    new Deadline(checkTimeout(timeout)),
  )
}
