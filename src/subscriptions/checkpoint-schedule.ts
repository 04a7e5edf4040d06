export interface CheckpointScheduleOptions {
  /** Acknowledged events after which a checkpoint is due. */
  readonly every: number
  /** Milliseconds of quiet after which it is due all the same. */
  readonly after: number | undefined
  readonly onDue: () => void
}

/** Says when a checkpoint that has moved is due to be written. */
export class CheckpointSchedule {
  readonly #options: CheckpointScheduleOptions
  #last = 0
  #quiet: NodeJS.Timeout | undefined

  constructor(options: CheckpointScheduleOptions) {
    this.#options = options
  }

  /** Counts on from a checkpoint that stands in the table. */
  restart(checkpoint: number): void {
    this.stop()
    this.#last = checkpoint
  }

  moved(checkpoint: number): void {
    if (checkpoint <= this.#last) return
    this.stop()
    const { every, after } = this.#options
    if (checkpoint - this.#last >= every) this.#due(checkpoint)
    else if (after !== undefined) this.#quiet = setTimeout(() => this.#due(checkpoint), after)
  }

  stop(): void {
    clearTimeout(this.#quiet)
  }

  #due(checkpoint: number): void {
    this.#last = checkpoint
    this.#options.onDue()
  }
}
