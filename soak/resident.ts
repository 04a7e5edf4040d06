import { type Diagnostic, EventStore } from '../src/index.ts'

export interface ResidentOptions {
  readonly url: string
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
}

/** A store that stays for the whole run, with a follower and a subscription that are to receive everything, in order. */
export class Resident implements AsyncDisposable {
  readonly store: EventStore
  /** Positions up to which each has received, without a gap. */
  followed = 0
  handled = 0
  /** How often the subscription was given what it had handled. */
  redelivered = 0
  /** What was received out of order. */
  readonly findings: string[] = []
  readonly #leaving = new AbortController()
  readonly #running: readonly Promise<void>[]

  constructor({ url, onDiagnostic }: ResidentOptions) {
    this.store = new EventStore({ connectionString: url, onDiagnostic })
    this.#running = [this.#follow(), this.#subscribe()]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving.abort()
    await Promise.all(this.#running)
    await this.store.close()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#leaving
    try {
      for await (const { position } of this.store.follow('$all', { after: 'start', signal })) {
        if (position !== this.followed + 1) this.findings.push(`followed ${position} after ${this.followed}`)
        this.followed = position
      }
    } catch (error) {
      if (!signal.aborted) this.findings.push(`the follower ended: ${error}`)
    }
  }

  async #subscribe(): Promise<void> {
    const { signal } = this.#leaving
    const subscription = this.store.subscribe('$all', 'resident', { checkpointEvery: 100, checkpointAfter: 200 })
    try {
      await subscription.run(({ position }) => this.#handle(position), { signal, maxInFlight: 500 })
    } catch (error) {
      if (!signal.aborted) this.findings.push(`the subscription ended: ${error}`)
    }
  }

  #handle(position: number): void {
    if (position > this.handled + 1) this.findings.push(`handled ${position} after ${this.handled}`)
    if (position <= this.handled) this.redelivered++
    this.handled = Math.max(this.handled, position)
  }
}
