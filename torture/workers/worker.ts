import { once, setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Diagnostic, EventStore } from '../../src/index.ts'
import { random } from '../../test/support/random.ts'
import { Journal } from '../journal.ts'
import type { WorkerSettings } from '../node-process.ts'

export interface Worker {
  readonly store: EventStore
  /** That one and another one, in the same process. */
  readonly stores: readonly EventStore[]
  /** The server, by way of the proxy. */
  readonly url: string
  readonly journal: Journal
  readonly journalPath: string
  /** A whole number from 0 to n - 1. */
  readonly pick: (n: number) => number
  /** Aborts when the conductor wants the process to end by itself. */
  readonly ending: AbortSignal
}

/** Milliseconds after which the conductor would have killed whoever was to end. */
const ORPHANED_AFTER = 120_000

/**
 * Runs a process of the torture: works until stdin ends, then closes the store and ends by itself, with nothing left open. What
 * nobody expected is written to the journal, and makes the verdict bad.
 */
export async function runWorker(
  work: (worker: Worker) => Promise<void>,
  onDiagnostic: (journal: Journal, diagnostic: Diagnostic) => void = () => {},
): Promise<void> {
  const { url, poolUrl, journal: journalPath, seed } = JSON.parse(process.argv[2] ?? '') as WorkerSettings
  using journal = new Journal(journalPath)
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  void once(process.stdin.resume(), 'close').then(() => {
    ending.abort()
    // The conductor kills who takes longer, if he is still there: without him, and without his server, nothing would ever end.
    setTimeout(() => process.exit(1), ORPHANED_AFTER).unref()
  })
  process.on('warning', (warning) => journal.write({ type: 'failed', what: `warning: ${warning.stack}` }))
  process.on('uncaughtException', (error) => {
    journal.write({ type: 'failed', what: `uncaught: ${describe(error)}` })
    process.exit(1)
  })
  const options = {
    connectionString: poolUrl,
    ...(poolUrl !== url && { sessionConnectionString: url }),
    enableHardDeletes: true,
    onDiagnostic: (diagnostic: Diagnostic) => onDiagnostic(journal, diagnostic),
  }
  await using store = new EventStore(options)
  await using other = new EventStore(options)
  try {
    const stores = [store, other]
    await work({ store, stores, url, journal, journalPath, pick: random(seed), ending: ending.signal })
  } catch (error) {
    journal.write({ type: 'failed', what: describe(error) })
    process.exitCode = 1
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Waits, but not past the end. */
export async function pause(milliseconds: number, ending: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: ending }).catch(() => {})
}
