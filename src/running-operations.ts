import { ClosedError } from './errors.ts'
import { Running } from './util/running.ts'

/** The operations of a store that are under way, so that closing it can wait for them. */
export class RunningOperations {
  readonly #running = new Running()
  #closed = false

  /** Starts an operation. Rejects with ClosedError once `close` was called. */
  readonly start = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    if (this.#closed) throw new ClosedError()
    return this.#running.run(operation)
  }

  /** Lets no more operations start. Resolves when those that have started are done. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running.idle()
  }
}
