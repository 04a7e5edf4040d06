/**
 * Counts what is under way. It holds on to none of it: a set of promises would keep their results from being collected, as
 * its dead tables refer to one another.
 */
export class Running {
  #count = 0
  readonly #waiting: (() => void)[] = []

  /** Runs a task, and counts it while it runs. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#count++
    try {
      return await task()
    } finally {
      this.#count--
      if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    }
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
