import type { Diagnostic } from '../diagnostics.ts'

/** Milliseconds after which an outage that lasts is told again, and after the end of one before the next is told. */
const REMINDER = 30_000
const PAUSE = 5_000

/** Tells people that the server is away, once and not with every try, and that it is back. */
export class ConnectionNews {
  readonly #note: (sentence: string) => void
  readonly #now: () => number
  /** Whether they were told of an outage, and of no end of it. */
  #isAway = false
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(note: (sentence: string) => void, now: () => number = () => performance.now()) {
    this.#note = note
    this.#now = now
  }

  hear(diagnostic: Diagnostic): void {
    switch (diagnostic.type) {
      case 'read-failed':
        this.#lost(`Reading failed, and is tried again: ${diagnostic.error.message}`)
        break
      case 'connection-lost':
        if (diagnostic.connection !== 'notifications') break
        this.#lost(`The connection is lost, and is tried again: ${diagnostic.error.message}`)
        break
      case 'connected':
        if (diagnostic.connection === 'notifications' && this.#isAway) this.#tell('Connected again.', false)
        break
      case 'polling':
        this.#note(`New events are looked for every second: ${diagnostic.reason}`)
        break
      case 'subscription':
      case 'checkpoint-failed':
        break
      default:
        diagnostic satisfies never
    }
  }

  #lost(sentence: string): void {
    if (this.#now() - this.#toldAt >= (this.#isAway ? REMINDER : PAUSE)) this.#tell(sentence, true)
  }

  #tell(sentence: string, isAway: boolean): void {
    this.#note(sentence)
    this.#isAway = isAway
    this.#toldAt = this.#now()
  }
}
