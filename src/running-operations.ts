import { ClosedError } from './errors.ts'

/** The operations of a store that are under way, so that closing it can wait for them. */
export class RunningOperations {
  readonly #running = new Set<Promise<unknown>>()
  #closed = false

  /** Starts an operation. Rejects with ClosedError once `close` was called. */
  readonly start = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    if (this.#closed) throw new ClosedError()
    const running = operation()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Lets no more operations start. Resolves when those that have started are done. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#running)
  }
}
