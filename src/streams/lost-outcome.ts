import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionError, DatabaseError } from '../errors.ts'
import type { Executor } from '../postgres/executor.ts'
import { LostConnectionError } from '../postgres/lost-connection.ts'
import { isPassing } from '../postgres/sqlstate.ts'
import type { Deadline } from '../util/deadline.ts'
import { appendGroup, lockStore, settleRepetitions, withSettled } from './append-group.ts'
import type { AppendOutcome, AppendRequest } from './append-request.ts'
import { watchForStall } from './stalled-holder.ts'
import type { StoreContext } from './store-context.ts'

/** Milliseconds between tries to find out, of which the first comes at once. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 1_000

/**
 * Stores a group of appends, and answers with the truth also when the connection is lost while the database is at it.
 *
 *   stored or refused ◄── storing ──connection lost──► unknown ──ids looked up under the lock──► stored
 *                            ▲                                                                └► not stored ─┐
 *                            └───────────────────────────────────────────────────────────────────────────────┘
 *
 * The look waits for the lock, which the lost transaction holds until it has ended. One that comes for the lock even later finds
 * its ids taken, and stores nothing. Rejects with ConnectionError when the outcome is still unknown and the time is up, or the
 * database refuses the look: that it has refused something must not be said of an append that may be stored.
 */
export async function appendSurely(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  deadline: Deadline,
): Promise<readonly AppendOutcome[]> {
  const stopWatching = watchForStall(context, executor)
  try {
    return await appendGroup(context, executor, requests, deadline)
  } catch (error) {
    if (!(error instanceof LostConnectionError)) throw error
    return await findOut(context, executor, requests, deadline, error)
  } finally {
    stopWatching()
  }
}

async function findOut(
  context: StoreContext,
  executor: Executor,
  requests: readonly AppendRequest[],
  deadline: Deadline,
  lost: ConnectionError,
): Promise<readonly AppendOutcome[]> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    try {
      const settled = await executor.transaction(deadline, async (query) => {
        await lockStore(context, query)
        return settleRepetitions(context, query, requests)
      })
      return await withSettled(settled, requests, (open) => appendGroup(context, executor, open, deadline))
    } catch (error) {
      const refused = error instanceof DatabaseError // the look was: what is refused later is an outcome
      if (!refused && !(error instanceof ConnectionError)) throw error
      if (!isPassing(error) || deadline.remaining <= pause) throw outcomeUnknown(lost)
    }
    await sleep(pause)
  }
}

function outcomeUnknown({ cause }: ConnectionError): ConnectionError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ConnectionError(
    `The connection to PostgreSQL was lost while events were being stored (${why}), and whether they are could not be found out. ` +
      'Repeat the append if its events have ids of your own; otherwise read the stream first.',
    { cause },
  )
}
