import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Appended } from '../support/append-concurrently.ts'

/** What a process says that it is about to do, or has seen. */
export type Entry =
  | ({ readonly type: 'called' } & Pick<Appended, 'stream' | 'ids'>)
  | ({ readonly type: 'acknowledged' } & Appended)
  | { readonly type: 'handled' | 'followed'; readonly position: number }

export type JournalRecord = Entry & { readonly at: number }

/** Now, in milliseconds on a clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Begins a journal, or goes on with it: each entry is with the operating system before the call returns, so a kill loses none. */
export function openJournal(path: string): (entry: Entry) => void {
  if (existsSync(path)) appendFileSync(path, '\n') // after a line that a kill may have torn
  return (entry) => appendFileSync(path, `${JSON.stringify({ ...entry, at: now() })}\n`)
}

/** What stands in a journal. A line that a kill has torn never happened. */
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
