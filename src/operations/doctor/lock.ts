import { advice, type Judgement, ok, warning } from './finding.ts'
import type { Place, StoreOids } from './place.ts'
import { duration, many } from './words.ts'

/** Who has the write lock. What others' sessions do is hidden from roles without pg_read_all_stats: null. */
export interface LockHolder {
  readonly pid: number
  readonly application: string
  readonly role: string
  readonly state: string | null
  /** Milliseconds since its transaction began: it has had the lock no longer than that. */
  readonly transactionAge: number | null
}

export interface LockFacts {
  readonly holder: LockHolder | null
  /** How many sessions wait for it. */
  readonly waiting: number
}

/** What an append may take, and what is too long for any. */
const USUAL = 1_000
const TOO_LONG = 10_000

interface LockRow {
  readonly pid: string
  readonly granted: string
  readonly application: string | null
  readonly role: string | null
  readonly state: string | null
  readonly age: string | null
}

export async function readLock({ query }: Place, { migrations }: StoreOids): Promise<LockFacts> {
  const rows = await query<LockRow>({
    text: `
      SELECT l.pid::text, l.granted::text, a.application_name AS application, a.usename::text AS role, a.state,
        (date_part('epoch', clock_timestamp() - a.xact_start) * 1000::float8)::text AS age
      FROM pg_locks l
      LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.objid = 0::oid AND l.classid = $1::text::oid
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`,
    values: [migrations],
  })
  const held = rows.find(({ granted }) => granted === 'true')
  return {
    holder: held
      ? {
          pid: Number(held.pid),
          application: held.application ?? '',
          role: held.role ?? '',
          state: held.state,
          transactionAge: held.age === null ? null : Number(held.age),
        }
      : null,
    waiting: rows.filter(({ granted }) => granted === 'false').length,
  }
}

export function judgeLock({ holder, waiting }: LockFacts): readonly Judgement[] {
  if (!holder) return [ok('Nobody holds the write lock at the moment.')]
  const { pid, application, role, state, transactionAge } = holder
  const who = `${application === '' ? 'process' : application} (pid ${pid}, role ${role})`
  const queue = waiting > 0 ? `; ${many(waiting, 'session waits', 'sessions wait')} for it` : ''
  if (transactionAge === null) return [ok(`${who} holds the write lock; since when is hidden from this role${queue}.`)]
  if (transactionAge < USUAL) return [ok(`The write lock goes from hand to hand${queue}.`)]
  const idle = state?.startsWith('idle in transaction') ? ', idle' : ''
  const found = `${who} holds the write lock in a transaction of ${duration(transactionAge)}${idle}${queue}: nobody else can append.`
  if (transactionAge < TOO_LONG) return [advice(found, 'Append last in your transactions, and commit at once.')]
  return [warning(found, `End its transaction, or the session: SELECT pg_terminate_backend(${pid}).`)]
}
