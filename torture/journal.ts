import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'

/** What a writer asks for: events to append, all or nothing, or to link. */
export interface Part {
  readonly stream: string
  readonly ids: readonly string[]
}

/** What a process says it is about to do, or has seen. */
export type Entry =
  | { readonly type: 'started' }
  | { readonly type: 'append-called'; readonly operation: string; readonly parts: readonly Part[] }
  | {
      readonly type: 'append-answered'
      readonly operation: string
      readonly results: readonly { readonly streamVersion: number; readonly position: number }[]
    }
  | { readonly type: 'link-called' | 'link-answered'; readonly operation: string; readonly part: Part }
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
