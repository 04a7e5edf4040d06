import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { ExpectedVersion } from '../src/index.ts'

/** Events of one append for one stream. None of them: the stream's version is only checked. */
export interface Part {
  readonly stream: string
  readonly expected: ExpectedVersion
  readonly count: number
}

export interface AppendWork {
  readonly kind: 'append'
  readonly parts: readonly Part[]
  /** Whether its events have ids that were given to them, so that it can be repeated. */
  readonly ownIds: boolean
}

/** Links the events of these marks into a stream. */
export interface LinkWork {
  readonly kind: 'link'
  readonly stream: string
  readonly marks: readonly string[]
}

export interface DeleteWork {
  readonly kind: 'delete'
  readonly stream: string
  readonly mode: 'soft' | 'hard'
}

/** What a writer asks for. Which events an append has follows from its operation: see `events.ts`. */
export type Work = AppendWork | LinkWork | DeleteWork

/** Where the last event of a part went. */
export interface Result {
  readonly streamVersion: number
  readonly position: number
}

/** Why a call failed: an error's `code`, or one of a transaction's own: `ROLLED_BACK`, `NOT_COMMITTED`. */
export interface Refusal {
  readonly code: string
  readonly sqlState?: string
  /** Of a wrong expected version: where it was found to be wrong. */
  readonly stream?: string
  readonly actual?: number | 'no-stream'
}

/** What a process says it is about to do, or has seen. An operation that is repeated is called again, as another attempt. */
export type Entry =
  | { readonly type: 'started' }
  | { readonly type: 'called'; readonly operation: string; readonly attempt: string; readonly work: Work }
  | {
      readonly type: 'answered'
      readonly operation: string
      readonly attempt: string
      readonly results: readonly Result[]
    }
  | ({ readonly type: 'refused'; readonly operation: string; readonly attempt: string } & Refusal)
  | { readonly type: 'state'; readonly subscription: string; readonly state: string }
  | { readonly type: 'delivered'; readonly subscription: string; readonly subscriber: string; readonly number: number }
  | { readonly type: 'acknowledged'; readonly subscription: string; readonly numbers: readonly number[] }
  | { readonly type: 'followed'; readonly follower: string; readonly number: number }
  | { readonly type: 'failed'; readonly what: string }

/** An entry with the time at which it was written: milliseconds on a clock that all processes of a machine share. */
export type JournalRecord = Entry & { readonly at: number }

/** Now, on a clock that all processes of this machine share and that never goes back. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * The journal of one process: each entry is in the hands of the operating system before the call returns, so a SIGKILL at any
 * moment loses none. It goes on where the killed process before this one has ended.
 */
export class Journal implements Disposable {
  readonly #file: number

  constructor(path: string) {
    const torn = existsSync(path) && !readFileSync(path, 'utf8').endsWith('\n')
    this.#file = openSync(path, 'a')
    writeSync(this.#file, torn ? '\n' : '')
    this.write({ type: 'started' })
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify({ at: now(), ...entry })}\n`)
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}

/** What stands in a journal, in order. A line that a kill has torn never happened. */
export function readJournal(path: string): readonly JournalRecord[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as JournalRecord]
      } catch {
        return []
      }
    })
}
