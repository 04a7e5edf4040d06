import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnostic } from '../diagnostics.ts'
import type { Notifications } from '../notifications/notifications.ts'
import type { Executor } from '../postgres/executor.ts'
import { isPassing } from '../postgres/sqlstate.ts'
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
