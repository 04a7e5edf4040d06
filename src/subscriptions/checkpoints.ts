import { setTimeout as sleep } from 'node:timers/promises'
import type { Executor } from '../postgres/executor.ts'
import { Deadline } from '../util/deadline.ts'

/** Milliseconds between flushes: a row that is updated all the time is a hot spot. */
const PAUSE = 50
const RETRY_PAUSE = 500
const TIMEOUT = 10_000

/** A checkpoint that is due, of a subscription held under `holder`. */
export interface DueCheckpoint {
  readonly subscriptionId: number
  readonly holder: string
  /** Which run of which server the lock was had on: a standby that was promoted has the mark, but nobody's lock. */
  readonly server: string
  readonly checkpoint: number
}

/** Whose checkpoints they are. */
export interface CheckpointOwner {
  /** It stands in the table now. */
  onWritten(checkpoint: DueCheckpoint): void
  /** The row is marked by another holder, or gone: nothing was written. */
  onFenced(checkpoint: DueCheckpoint): void
  onFailed(error: Error): void
}

interface Due {
  readonly checkpoint: DueCheckpoint
  readonly owner: CheckpointOwner
}

/**
 * Writes the checkpoints of all subscriptions of a process: what is due goes with one statement, one at a time, the first at
 * once, then at most 20 a second. A row is written only while it is marked by the same holder, and only forwards: so a process
 * that lost its lock without knowing it cannot write.
 */
export class Checkpoints {
  readonly #executor: Executor
  readonly #schema: string
  readonly #due = new Map<number, Due>()
  #running: Promise<void> | undefined

  /** `schema` is a quoted identifier. */
  constructor(executor: Executor, schema: string) {
    this.#executor = executor
    this.#schema = schema
  }

  write(checkpoint: DueCheckpoint, owner: CheckpointOwner): void {
    this.#due.set(checkpoint.subscriptionId, { checkpoint, owner })
    this.#running ??= this.#run()
  }

  /** Forgets what is due of a subscription, also what could not be written yet. */
  drop(subscriptionId: number): void {
    this.#due.delete(subscriptionId)
  }

  /** Writes one at once, ahead of the others. Resolves when it is written, or cannot be. */
  async flush(checkpoint: DueCheckpoint, owner: CheckpointOwner): Promise<void> {
    this.#due.delete(checkpoint.subscriptionId)
    await this.#flush([{ checkpoint, owner }])
  }

  async #run(): Promise<void> {
    while (this.#due.size > 0) {
      const due = [...this.#due.values()]
      const written = await this.#flush(due)
      for (const item of written ? due : []) {
        const { subscriptionId } = item.checkpoint
        if (this.#due.get(subscriptionId) === item) this.#due.delete(subscriptionId)
      }
      await sleep(written ? PAUSE : RETRY_PAUSE)
    }
    this.#running = undefined
  }

  async #flush(due: readonly Due[]): Promise<boolean> {
    try {
      const checkpoints = due.map(({ checkpoint }) => checkpoint)
      const rows = await this.#executor.query<{ subscription_id: string }>(
        {
          text: `
            UPDATE ${this.#schema}.subscriptions s
            SET checkpoint = GREATEST(s.checkpoint, c.checkpoint),
              updated_at = GREATEST(date_trunc('milliseconds', clock_timestamp()), s.created_at + interval '1 ms')
            FROM jsonb_to_recordset($1::text::jsonb)
              AS c ("subscriptionId" int, holder uuid, server text, checkpoint bigint)
            WHERE s.subscription_id = c."subscriptionId" AND s.holder = c.holder
              AND c.server = extract(epoch FROM pg_postmaster_start_time())::text
            RETURNING s.subscription_id::text`,
          values: [JSON.stringify(checkpoints)],
        },
        new Deadline(TIMEOUT),
      )
      const written = new Set(rows.map(({ subscription_id }) => Number(subscription_id)))
      for (const { checkpoint, owner } of due) {
        if (written.has(checkpoint.subscriptionId)) owner.onWritten(checkpoint)
        else owner.onFenced(checkpoint)
      }
      return true
    } catch (error) {
      for (const { owner } of due) owner.onFailed(error as Error)
      return false
    }
  }
}
