/** The latest timer that Node can set, in milliseconds; beyond it a timer fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * The moment by which an operation has to be done, shared by all the steps it takes.
 *
 * @example
 * const deadline = new Deadline(15_000)
 * const stop = deadline.onExpired(() => giveUp())
 */
export class Deadline {
  /** Milliseconds that the operation was given; Infinity for ever. */
  readonly timeout: number
  readonly #end: number

  constructor(timeout: number) {
    this.timeout = timeout
    this.#end = performance.now() + timeout
  }

  /** Milliseconds left, 0 when it has passed. */
  get remaining(): number {
    return Math.max(0, this.#end - performance.now())
  }

  /**
   * Calls back once the deadline has passed, unless the function that it returns is called before. What has arrived in time, while
   * somebody kept the event loop busy, is heard first.
   */
  onExpired(callback: () => void): () => void {
    const { remaining } = this
    if (remaining > LONGEST_TIMER) return () => {}
    let late: NodeJS.Immediate | undefined
    const timer = setTimeout(() => {
      late = setImmediate(callback)
    }, Math.ceil(remaining))
    return () => {
      clearTimeout(timer)
      clearImmediate(late)
    }
  }
}
