import { lockClass } from '../postgres/advisory-locks.ts'
import type { Executor } from '../postgres/executor.ts'
import { Deadline } from '../util/deadline.ts'
import type { StoreContext } from './store-context.ts'

/** Milliseconds that an append takes before it is found suspicious, and that a client may keep a COPY waiting. */
const PATIENCE = 3_000

/**
 * Watches over an append that may wait for the write lock, until the function that it returns is called: every few seconds, ends
 * the session that holds the lock while its client keeps a COPY waiting. Such a client was stopped or is cut off; no time-out of
 * the server's fires for it, and all writers wait. Its append was not stored, and it can tell, as its connection is lost.
 */
export function watchForStall({ schema }: StoreContext, executor: Executor): () => void {
  const timer = setInterval(() => {
    executor.query(endStalledHolder(schema), new Deadline(PATIENCE)).catch(() => {}) // not allowed, or away: the append's deadline holds
  }, PATIENCE)
  return () => clearInterval(timer)
}

function endStalledHolder(schema: string) {
  return {
    text: `
      SELECT pg_terminate_backend(a.pid)::text AS terminated
      FROM pg_locks l
      JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.objid = 0::oid
        AND l.classid = ${lockClass(schema)}
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND a.state = 'active' AND a.wait_event = 'ClientRead' AND a.query LIKE 'COPY %'
        AND clock_timestamp() - a.query_start > interval '${PATIENCE} ms'`,
  }
}
