import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError } from '../errors.ts'
import type { Executor } from '../postgres/executor.ts'
import type { Session } from '../postgres/session.ts'
import { Deadline } from '../util/deadline.ts'

const QUERY_TIMEOUT = 5_000
/** Milliseconds within which a notification comes, as a rule. */
const PATIENCE = 500

/**
 * Whether a session is one: whether it hears what another connection notifies. Through a pooler in transaction mode its statements
 * go to whichever server process is free: LISTEN is lost, and advisory locks exclude nobody.
 *
 * A server process delivers what it was notified of before it answers the next statement. So however slow the server is, a session
 * that has answered and has not heard does not hear.
 */
export async function hears(session: Session, executor: Executor): Promise<boolean> {
  const channel = `eventstore.echo.${randomUUID()}`
  let heard = false
  const patience = new AbortController()
  const stopHearing = session.onNotification((from) => {
    if (from !== channel) return
    heard = true
    patience.abort()
  })
  try {
    await session.query({ text: `LISTEN "${channel}"` }, QUERY_TIMEOUT)
    await executor.query({ text: 'SELECT pg_notify($1, $2)::text', values: [channel, ''] }, new Deadline(QUERY_TIMEOUT))
    await sleep(PATIENCE, undefined, { signal: patience.signal }).catch(() => {})
    if (!heard) await session.query({ text: 'SELECT 1' }, QUERY_TIMEOUT)
    await session.query({ text: `UNLISTEN "${channel}"` }, QUERY_TIMEOUT)
    return heard
  } finally {
    stopHearing()
  }
}

/** What to tell whoever needs a session and has none. */
export function noSession(): ConnectionError {
  return new ConnectionError(
    'This connection cannot keep a session (a pooler in transaction mode?), so LISTEN hears nothing and locks exclude nobody. ' +
      'Set sessionConnectionString to a URL that leads to the server itself, or to a pooler in session mode.',
  )
}
