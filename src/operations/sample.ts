import type { Operations } from './operations.ts'
import type { Sample } from './shown.ts'

/** Subscriptions of a sample: those that lag most. */
const MOST_SUBSCRIPTIONS = 100

interface Row {
  readonly head: string
  readonly stream_name: string | null
  readonly subscription_name: string | null
  readonly checkpoint: string | null
  readonly lag: string | null
}

/** Takes a sample: one statement, so that its numbers fit together. */
export async function takeSample({ query, schema }: Operations): Promise<Sample> {
  const rows = await query<Row>({
    text: `
      SELECT h.stream_version::text AS head, s.stream_name, s.subscription_name, s.checkpoint::text, s.lag::text
      FROM ${schema}.stream_versions h
      LEFT JOIN (
        SELECT o.stream_name, o.subscription_name, o.checkpoint, COALESCE(v.stream_version, 0) - o.checkpoint AS lag
        FROM ${schema}.subscriptions o
        LEFT JOIN ${schema}.stream_versions v ON v.stream_name = o.stream_name
        ORDER BY lag DESC, o.stream_name, o.subscription_name
        LIMIT ${MOST_SUBSCRIPTIONS}
      ) s ON true
      WHERE h.stream_id = 0
      ORDER BY s.lag DESC, s.stream_name, s.subscription_name`,
  })
  const subscriptions = rows.flatMap(({ stream_name, subscription_name, checkpoint, lag }) =>
    stream_name === null || subscription_name === null
      ? []
      : [{ stream: stream_name, name: subscription_name, checkpoint: Number(checkpoint), lag: Number(lag) }],
  )
  return { time: new Date().toISOString(), head: Number(rows[0]?.head ?? 0), subscriptions }
}
