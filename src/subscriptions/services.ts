import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnostic } from '../diagnostics.ts'
import { type ConnectionError, DatabaseError, EventStoreError, TimeoutError } from '../errors.ts'
import type { Notifications } from '../notifications/notifications.ts'
import type { Executor } from '../postgres/executor.ts'
import { untilAborted } from '../util/abort.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Claim } from './locks.ts'
import type { StreamReader } from './stream-reader.ts'

/** What followers and subscriptions of a store share. */
export interface Services {
  /** A quoted identifier. */
  readonly schema: string
  readonly executor: Executor
  readonly reader: StreamReader
  readonly notifications: Notifications
  readonly checkpoints: Checkpoints
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
  /** Wants a lock. The session is opened with the first claim, and closed with the last. */
  claim(claim: Claim): void
  /** Gives a lock back, or wants it no more. */
  unclaim(claim: Claim): Promise<void>
  /** Looks at once whether what is held is still held. */
  checkLocks(): void
}

/** Refusals of the database that pass: read-only until it is promoted, a conflict, out of resources, an operator's doing, an error of the system. */
const PASSING = /^(25006|40|53|55|57|58)/

/** Whether trying again may help. */
export function isPassing(error: unknown): error is ConnectionError | TimeoutError | DatabaseError {
  if (!(error instanceof EventStoreError)) return false
  if (error instanceof DatabaseError) return PASSING.test(error.sqlState)
  return error instanceof TimeoutError || error.code === 'CONNECTION'
}

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

/** Milliseconds to wait before the next try after so many failures. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)
}

/** Repeats what fails for reasons that pass, until it succeeds or the signal aborts. */
export async function retrying<Result>(
  { onDiagnostic }: Services,
  stream: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let failures = 0; ; failures++) {
    try {
      signal.throwIfAborted()
      return await untilAborted(work(), signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
      onDiagnostic({ type: 'read-failed', stream, error })
      await untilAborted(sleep(pauseAfter(failures), undefined, { signal }), signal)
    }
  }
}
