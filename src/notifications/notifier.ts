import { setTimeout as sleep } from 'node:timers/promises'
import type { Executor } from '../postgres/executor.ts'
import { Deadline } from '../util/deadline.ts'
import type { Notification } from './notification.ts'
import { NOBODY, notifyStatement } from './notify-statement.ts'

/** Milliseconds between notifications while more is stored all the time: at most 200 a second. */
const PAUSE = 5
/** The same while nobody listens: who begins to listen looks for himself first. */
const UNHEARD_PAUSE = 50
const TIMEOUT = 10_000

/**
 * Tells the listeners of all processes what has grown: after the COMMIT, in a statement of its own, one at a time, with all that
 * was committed meanwhile. A notification that is lost costs latency only: listeners look for themselves every second.
 *
 *   quiet ──something grows──► telling ──somebody listens, nothing has grown meanwhile──► quiet
 *                                 ▲                              └──else──► pausing ──something has grown──┐ (nothing: quiet)
 *                                 └──────────────────────────────────────────────────────────────────────────┘
 */
export class Notifier {
  readonly #executor: Executor
  readonly #schema: string
  readonly #sender: string
  #grown = new Set<string>()
  #subscriptions = false
  #running: Promise<void> | undefined
  #flushing = 0
  #pause: AbortController | undefined

  /** `schema` is a quoted identifier; `sender` tells the listeners of this process that they know already. */
  constructor(executor: Executor, schema: string, sender: string) {
    this.#executor = executor
    this.#schema = schema
    this.#sender = sender
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

  /** Sends what is to be sent without pausing. Resolves when that is done. */
  async flush(): Promise<void> {
    this.#flushing++
    this.#pause?.abort()
    await this.#running
    this.#flushing--
  }

  async #run(): Promise<void> {
    while (this.#grown.size > 0 || this.#subscriptions) {
      const streams = [...this.#grown]
      const subscriptions = this.#subscriptions
      this.#grown = new Set()
      this.#subscriptions = false
      let heard = true
      if (streams.length > 0) heard = await this.#send({ type: 'grown', streams, sender: this.#sender })
      if (subscriptions) await this.#send({ type: 'subscriptions' })
      if (!heard) await this.#sleep(UNHEARD_PAUSE)
      else if (this.#grown.size > 0) await this.#sleep(PAUSE)
    }
    this.#running = undefined
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#flushing > 0) return
    this.#pause = new AbortController()
    await sleep(milliseconds, undefined, { signal: this.#pause.signal }).catch(() => {})
  }

  /** Resolves to whether somebody listens. */
  async #send(notification: Notification): Promise<boolean> {
    try {
      const statement = notifyStatement(this.#schema, notification)
      const [row] = await this.#executor.readRows(statement, new Deadline(TIMEOUT))
      return row?.[0] !== NOBODY
    } catch {
      return false
    }
  }
}
