import { CheckpointSchedule } from './checkpoint-schedule.ts'
import type { CheckpointOwner, Checkpoints, DueCheckpoint } from './checkpoints.ts'

export interface CheckpointKeeperOptions {
  readonly checkpoints: Checkpoints
  /** Acknowledged events after which a checkpoint is due. */
  readonly every: number
  /** Milliseconds of quiet after which it is due all the same. */
  readonly after: number | undefined
  /** Where the subscription stands; undefined while it is not held. */
  readonly current: () => DueCheckpoint | undefined
  /** It stands in the table. */
  readonly onWritten: (checkpoint: number) => void
  /** The row is marked by another holder: the lock is lost. */
  readonly onFenced: () => void
  readonly onFailed: (error: Error) => void
}

/** Gets the checkpoint of one subscription into the table, as often as its options say. */
export class CheckpointKeeper implements CheckpointOwner {
  readonly #options: CheckpointKeeperOptions
  readonly #schedule: CheckpointSchedule
  #written = 0

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options
    const { every, after } = options
    this.#schedule = new CheckpointSchedule({ every, after, onDue: () => this.#write() })
  }

  /** Counts on from what stands in the table. */
  restart(checkpoint: number): void {
    this.#written = checkpoint
    this.#schedule.restart(checkpoint)
  }

  moved(checkpoint: number): void {
    this.#schedule.moved(checkpoint)
  }

  /** Forgets what is due. */
  drop(subscriptionId: number): void {
    this.#schedule.stop()
    this.#options.checkpoints.drop(subscriptionId)
  }

  /** What is acknowledged and does not stand in the table yet. */
  due(): DueCheckpoint | undefined {
    const current = this.#options.current()
    return current && current.checkpoint > this.#written ? current : undefined
  }

  /** Writes at once what was due when it was asked for. */
  async flush(due: DueCheckpoint | undefined): Promise<void> {
    this.#schedule.stop()
    if (due) await this.#options.checkpoints.flush(due, this)
  }

  onWritten({ holder, checkpoint }: DueCheckpoint): void {
    if (holder === this.#options.current()?.holder) this.#written = Math.max(this.#written, checkpoint)
    this.#options.onWritten(checkpoint)
  }

  onFenced({ holder }: DueCheckpoint): void {
    if (holder === this.#options.current()?.holder) this.#options.onFenced()
  }

  onFailed(error: Error): void {
    this.#options.onFailed(error)
  }

  #write(): void {
    const due = this.due()
    if (due) this.#options.checkpoints.write(due, this)
  }
}
