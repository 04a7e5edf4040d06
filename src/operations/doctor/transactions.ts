import { advice, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'
import { duration, many } from './words.ts'

/** The transaction of this database that has been open for longest. */
interface OpenTransaction {
  readonly pid: number
  readonly application: string
  readonly role: string
  readonly state: string
  /** Milliseconds since it began. */
  readonly age: number
}

export interface TransactionFacts {
  readonly oldest: OpenTransaction | null
  /** Sessions of others, whose transactions are hidden from this role. */
  readonly hidden: number
  /** Prepared transactions (of two phases), and the age of the oldest in milliseconds. */
  readonly prepared: number
  readonly preparedAge: number
}

const LONG = 5 * 60_000
const TOO_LONG = 60 * 60_000

export async function readTransactions({ query }: Place): Promise<TransactionFacts> {
  const [oldest] = await query<Record<string, string>>({
    text: `
      SELECT a.pid::text, a.application_name AS application, a.usename::text AS role, a.state,
        (date_part('epoch', clock_timestamp() - a.xact_start) * 1000::float8)::text AS age
      FROM pg_stat_activity a
      WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.xact_start IS NOT NULL
        AND a.pid <> pg_backend_pid()
      ORDER BY a.xact_start
      LIMIT 1`,
  })
  const [others] = await query<Record<string, string>>({
    text: `
      SELECT (SELECT count(*) FROM pg_stat_activity a
          WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.state IS NULL)::text AS hidden,
        count(*)::text AS prepared,
        COALESCE(max(date_part('epoch', clock_timestamp() - p.prepared)) * 1000::float8, 0::float8)::text AS age
      FROM pg_prepared_xacts p
      WHERE p.database = current_database()`,
  })
  return {
    oldest: oldest
      ? {
          pid: Number(oldest.pid),
          application: oldest.application ?? '',
          role: oldest.role ?? '',
          state: oldest.state ?? '',
          age: Number(oldest.age),
        }
      : null,
    hidden: Number(others?.hidden),
    prepared: Number(others?.prepared),
    preparedAge: Number(others?.age),
  }
}

export function judgeTransactions(facts: TransactionFacts): readonly Judgement[] {
  const said = [judgeOldest(facts.oldest), judgePrepared(facts)].filter((each) => each !== undefined)
  if (said.length > 0) return said
  const hidden = facts.hidden > 0 ? ` (${many(facts.hidden, 'session')} of other roles could not be looked into)` : ''
  return [ok(`No transaction has been open for long${hidden}.`)]
}

function judgeOldest(oldest: OpenTransaction | null): Judgement | undefined {
  if (!oldest || oldest.age < LONG) return undefined
  const { pid, application, role, state, age } = oldest
  const who = `${application === '' ? 'A process' : application} (pid ${pid}, role ${role})`
  const found = `${who} has had a transaction open for ${duration(age)}, ${state}: VACUUM can remove nothing that died since.`
  const what = `Have it commit, or end it: SELECT pg_terminate_backend(${pid}); idle_in_transaction_session_timeout does so by itself.`
  return age < TOO_LONG ? advice(found, what) : warning(found, what)
}

function judgePrepared({ prepared, preparedAge }: TransactionFacts): Judgement | undefined {
  if (prepared === 0 || preparedAge < LONG) return undefined
  return warning(
    `${many(prepared, 'prepared transaction')}, the oldest of ${duration(preparedAge)}: they keep their locks, and VACUUM from its work.`,
    'Find them in pg_prepared_xacts, and COMMIT PREPARED or ROLLBACK PREPARED each.',
  )
}
