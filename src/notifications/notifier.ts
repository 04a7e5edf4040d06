import { setTimeout as sleep } from 'node:timers/promises'
import type { Executor } from '../postgres/executor.ts'
import { Deadline } from '../util/deadline.ts'
import type { Notification } from './notification.ts'
import { notifyStatement } from './notify-statement.ts'

/** At most 200 notifications a second. */
const PAUSE = 5
const TIMEOUT = 10_000

/**
 * Tells the listeners of all processes what has grown: after the COMMIT, in a statement of its own, one at a time, with all that
 * was committed meanwhile. A notification that is lost costs latency only: listeners look for themselves every second.
 */
export class Notifier {
  readonly #executor: Executor
  readonly #schema: string
  #grown = new Set<string>()
  #subscriptions = false
  #running: Promise<void> | undefined

  /** `schema` is a quoted identifier. */
  constructor(executor: Executor, schema: string) {
    this.#executor = executor
    this.#schema = schema
  }

  /** These streams have grown. */
  grown(streams: Iterable<string>): void {
    for (const stream of streams) this.#grown.add(stream)
    this.#running ??= this.#run()
  }

  /** A subscription was given up or deleted. */
  subscriptionsChanged(): void {
    this.#subscriptions = true
    this.#running ??= this.#run()
  }

  /** Resolves when everything was sent. */
  async flushed(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#grown.size > 0 || this.#subscriptions) {
      const streams = [...this.#grown]
      const subscriptions = this.#subscriptions
      this.#grown = new Set()
      this.#subscriptions = false
      if (streams.length > 0) await this.#send({ type: 'grown', streams })
      if (subscriptions) await this.#send({ type: 'subscriptions' })
      await sleep(PAUSE)
    }
    this.#running = undefined
  }

  async #send(notification: Notification): Promise<void> {
    await this.#executor.query(notifyStatement(this.#schema, notification), new Deadline(TIMEOUT)).catch(() => {})
  }
}
