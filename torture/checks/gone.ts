import { marksOf } from '../events.ts'
import { type Append, answersOf, firstCall, type History, isRefused } from './history.ts'

/** Which events hard deletes may have removed: those alone may be missing, in storage and where events are delivered. */
export class Gone {
  /** Positions that were told, and at which nothing is stored any more. */
  readonly known = new Set<number>()
  /** How many events more may have been removed whose positions nobody was told. */
  readonly unknown: number = 0
  readonly #history: History

  constructor(history: History) {
    this.#history = history
    for (const operation of history.appends) {
      const answers = answersOf(operation)
      for (const [part, marks] of marksOf(operation.name, operation.work).entries()) {
        const stream = operation.work.parts[part]?.stream ?? ''
        const missing = marks.filter((mark) => !history.eventOf(mark))
        if (missing.length === 0 || isRefused(operation) || !this.mayRemove(stream, operation)) continue
        if (answers.length === 0) this.unknown += missing.length
        for (const results of answers) {
          const last = results[part]?.position ?? 0
          for (let index = 0; index < marks.length; index++) this.known.add(last - index)
        }
      }
    }
  }

  /** Whether a hard delete of this stream may have come after the append. */
  mayRemove(stream: string, append: Append): boolean {
    return this.#history.deletions.some(
      (operation) =>
        operation.work.stream === stream &&
        operation.work.mode === 'hard' &&
        operation.attempts.some(({ ended }) => ended > firstCall(append)),
    )
  }

  /** Whether an event may have been here, given that none is stored. */
  has(position: number): boolean {
    return this.known.has(position) || this.unknown > 0
  }
}
