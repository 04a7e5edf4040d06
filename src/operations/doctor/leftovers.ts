import { advice, allOr, type Judgement, ok, warning } from './finding.ts'
import type { Place, StoreOids } from './place.ts'
import { count, duration, many, some, sqlName } from './words.ts'

/** A subscription that is behind, or ahead of its stream. */
interface LaggingSubscription {
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  /** The stream's version; of `$all`, its last position. */
  readonly head: number
  readonly held: boolean
  /** Milliseconds since its checkpoint was written. */
  readonly quiet: number
}

export interface LeftoverFacts {
  /** Streams that were hard deleted, and whose events are not all removed yet. */
  readonly unswept: number
  readonly subscriptions: readonly LaggingSubscription[]
  /** Schemas that benchmarks have made. */
  readonly benches: readonly string[]
}

/** How the schemas of `eventstore bench` begin. */
export const BENCH_SCHEMA = 'eventstore_bench_'

const FAR_BEHIND = 10_000
const LONG_QUIET = 24 * 60 * 60_000
const MOST = 1_000

export async function readLeftovers({ query, schema }: Place, { migrations }: StoreOids): Promise<LeftoverFacts> {
  const [row] = await query<{ unswept: string }>({
    text: `SELECT count(*)::text AS unswept FROM ${schema}.streams s WHERE s.stream_name IS NULL`,
  })
  const subscriptions = await query<Record<string, string>>({
    text: `
      SELECT s.stream_name AS stream, s.subscription_name AS name, s.checkpoint::text, COALESCE(v.stream_version, 0)::text AS head,
        (l.objid IS NOT NULL)::text AS held,
        (date_part('epoch', clock_timestamp() - s.updated_at) * 1000::float8)::text AS quiet
      FROM ${schema}.subscriptions s
      LEFT JOIN ${schema}.stream_versions v ON v.stream_name = s.stream_name
      LEFT JOIN (
        SELECT DISTINCT k.objid FROM pg_locks k
        WHERE k.locktype = 'advisory' AND k.objsubid = 2 AND k.granted AND k.classid = $1::text::oid
          AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      ) l ON l.objid::int8 = s.subscription_id::int8
      WHERE COALESCE(v.stream_version, 0) - s.checkpoint >= ${FAR_BEHIND} OR s.checkpoint > COALESCE(v.stream_version, 0)
      ORDER BY s.stream_name, s.subscription_name
      LIMIT ${MOST}`,
    values: [migrations],
  })
  const benches = await query<{ name: string }>({
    text: `SELECT n.nspname::text AS name FROM pg_namespace n WHERE starts_with(n.nspname::text, '${BENCH_SCHEMA}') ORDER BY 1`,
  })
  return {
    unswept: Number(row?.unswept),
    subscriptions: subscriptions.map((found) => ({
      stream: found.stream ?? '',
      name: found.name ?? '',
      checkpoint: Number(found.checkpoint),
      head: Number(found.head),
      held: found.held === 'true',
      quiet: Number(found.quiet),
    })),
    benches: benches.map(({ name }) => name),
  }
}

export function judgeLeftovers(facts: LeftoverFacts): readonly Judgement[] {
  return allOr(
    [judgeSweeps(facts), ...facts.subscriptions.map(judgeSubscription), judgeBenches(facts)],
    ok('Nothing was left unfinished, and no subscription is far behind.'),
  )
}

function judgeSweeps({ unswept }: LeftoverFacts): Judgement | undefined {
  if (unswept === 0) return undefined
  return advice(
    `${many(unswept, 'stream')} that ${unswept === 1 ? 'was' : 'were'} hard deleted still ${unswept === 1 ? 'has' : 'have'} events to be removed.`,
    'If no hard delete is under way: the next one goes on with it, whatever it deletes.',
  )
}

function judgeSubscription(subscription: LaggingSubscription): Judgement | undefined {
  const { stream, name, checkpoint, head, held, quiet } = subscription
  const which = `Subscription ${name} to ${stream}`
  if (checkpoint > head) {
    return warning(
      `${which} stands at ${count(checkpoint)}, and the stream ends at ${count(head)}: the database lost commits, or was restored.`,
      'Bring what it feeds in line, and then `eventstore subscription reset`.',
    )
  }
  if (head - checkpoint < FAR_BEHIND) return undefined
  if (held) {
    return advice(
      `${which} is ${count(head - checkpoint)} events behind, and a process holds it.`,
      'See whether it gets on: `eventstore subscriptions`, twice.',
    )
  }
  if (quiet < LONG_QUIET) return undefined
  return advice(
    `${which} is ${count(head - checkpoint)} events behind, and nobody has held it for ${duration(quiet)}.`,
    'Start what it feeds, or forget it: `eventstore subscription delete`.',
  )
}

function judgeBenches({ benches }: LeftoverFacts): Judgement | undefined {
  if (benches.length === 0) return undefined
  return advice(
    `Benchmarks have left ${some(benches)}.`,
    `If none is running: \`eventstore drop --schema ${sqlName(benches[0] ?? '')}\`.`,
  )
}
