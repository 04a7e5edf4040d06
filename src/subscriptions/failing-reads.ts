import { pauseAfter } from './services.ts'

/** Milliseconds of failing reads after which the lock is given up, for a process that can read. */
const PATIENCE = 10_000

/** How long the reads of a subscription have been failing. */
export class FailingReads {
  #count = 0
  #since: number | undefined

  /** Milliseconds to wait before the next try. */
  get pause(): number {
    return pauseAfter(this.#count)
  }

  succeeded(): void {
    this.#count = 0
    this.#since = undefined
  }

  /** One more has failed: whether it is time to give up. */
  failed(): boolean {
    this.#count++
    this.#since ??= performance.now()
    if (performance.now() - this.#since <= PATIENCE) return false
    this.#since = undefined
    return true
  }
}
