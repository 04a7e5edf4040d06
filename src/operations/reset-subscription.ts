import { notifyOnCommitStatement } from '../notifications/notify-statement.ts'
import type { Operations } from './operations.ts'

/** What became of a reset: the checkpoint before, or that there is no such subscription, or that the stream ends before. */
export type ResetResult =
  | { readonly outcome: 'reset'; readonly before: number }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'ahead'; readonly head: number }

/** Sets a checkpoint. Whoever holds the subscription loses it, and goes on from there with whoever comes next. */
export async function resetSubscription(
  { query, schema }: Operations,
  stream: string,
  name: string,
  to: number,
): Promise<ResetResult> {
  const [found] = await query<{ checkpoint: string; head: string }>({
    text: `
      SELECT s.checkpoint::text,
        COALESCE((SELECT v.stream_version FROM ${schema}.stream_versions v WHERE v.stream_name = s.stream_name), 0)::text AS head
      FROM ${schema}.subscriptions s
      WHERE s.stream_name = $1::text AND s.subscription_name = $2::text`,
    values: [stream, name],
  })
  if (!found) return { outcome: 'missing' }
  if (to > Number(found.head)) return { outcome: 'ahead', head: Number(found.head) }
  const [reset] = await query<{ before: string }>({
    text: `
      UPDATE ${schema}.subscriptions s
      SET checkpoint = $3::text::int8, holder = NULL, updated_at = date_trunc('milliseconds', clock_timestamp())
      FROM (
        SELECT o.subscription_id, o.checkpoint FROM ${schema}.subscriptions o
        WHERE o.stream_name = $1::text AND o.subscription_name = $2::text
        FOR UPDATE
      ) o
      WHERE s.subscription_id = o.subscription_id
      RETURNING o.checkpoint::text AS before`,
    values: [stream, name, String(to)],
  })
  if (!reset) return { outcome: 'missing' }
  await query(notifyOnCommitStatement(schema, { type: 'subscriptions' }))
  return { outcome: 'reset', before: Number(reset.before) }
}
