import { lockClass } from '../postgres/advisory-locks.ts'
import type { Statement } from '../postgres/executor.ts'
import { escapeLiteral } from '../postgres/identifier.ts'
import { preparedStatement } from '../postgres/prepared-statement.ts'
import { type Notification, toPayload } from './notification.ts'

/** The statement that names the channel of a store: its name, and the key of its locks. Both survive any schema's name. */
export function channelStatement(schema: string): Statement {
  return {
    text: `
      SELECT 'eventstore.' || '${escapeLiteral(schema)}.events'::regclass::oid::text AS channel,
        ${lockClass(schema)}::int::text AS key`,
  }
}

/**
 * Notifies, if anybody listens: each listener holds a lock shared, so who gets it alone is alone. That lock is had for the
 * moment of this statement only; a listener that comes meanwhile waits for it, and reads what is stored before it waits for news.
 */
export function notifyStatement(schema: string, notification: Notification): Statement {
  return NOTIFY([toPayload(notification)], schema)
}

/** What the statement answers when it had nobody to tell. */
export const NOBODY = 'nobody listens'

const NOTIFY = preparedStatement(
  (schema: string) => `
    SELECT CASE WHEN pg_try_advisory_xact_lock(${lockClass(schema)}::int, -1) THEN '${NOBODY}'
      ELSE pg_notify('eventstore.' || '${escapeLiteral(schema)}.events'::regclass::oid::text, $1::text)::text END AS notified`,
)

/** Notifies when the transaction that it is part of commits. */
export function notifyOnCommitStatement(schema: string, notification: Notification): Statement {
  return {
    text: `SELECT pg_notify('eventstore.' || '${escapeLiteral(schema)}.events'::regclass::oid::text, $1::text)::text AS notified`,
    values: [toPayload(notification)],
  }
}
