import { randomInt } from 'node:crypto'
import { hears } from '../../notifications/hears.ts'
import type { Session } from '../../postgres/session.ts'
import { type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'

export interface SessionFacts {
  /** Whether a session that LISTENs heard what another connection has notified. */
  readonly hears: boolean
  /** Whether a lock that one session had was refused to another; null where it was not tried. */
  readonly excludes: boolean | null
}

const QUERY_TIMEOUT = 5_000
const LARGEST = 2 ** 31 - 1

/** Tries both, as the store does. No lock is taken where sessions do not get through: it would stay on somebody else's connection. */
export async function readSessions({ database }: Place): Promise<SessionFacts> {
  const session = await database.openSession('doctor')
  try {
    if (!(await hears(session, database))) return { hears: false, excludes: null }
    const other = await database.openSession('doctor')
    try {
      return { hears: true, excludes: await excludes(session, other) }
    } finally {
      await other.close()
    }
  } finally {
    await session.close()
  }
}

async function excludes(session: Session, other: Session): Promise<boolean> {
  const key = [String(randomInt(LARGEST)), String(randomInt(LARGEST))]
  const statement = { text: 'SELECT pg_try_advisory_lock($1::text::int, $2::text::int)::text AS locked', values: key }
  const [first] = await session.query<{ locked: string }>(statement, QUERY_TIMEOUT)
  const [second] = await other.query<{ locked: string }>(statement, QUERY_TIMEOUT)
  return first?.locked === 'true' && second?.locked === 'false'
}

export function judgeSessions(facts: SessionFacts): readonly Judgement[] {
  const what =
    'Set sessionConnectionString to a URL that leads to the server itself, or to a pooler in session mode (docs/poolers.md).'
  if (!facts.hears) {
    return [
      warning(
        'LISTEN hears nothing through this URL (a pooler in transaction mode?): follow looks once a second, and subscribe is refused.',
        what,
      ),
    ]
  }
  if (facts.excludes === false) {
    return [warning('Advisory locks exclude nobody through this URL: two processes would hold one subscription.', what)]
  }
  return [ok('LISTEN hears what another connection notifies, and advisory locks exclude others.')]
}
