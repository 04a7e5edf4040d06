import type { Diagnostic } from '../diagnostics.ts'
import type { Executor } from '../postgres/executor.ts'
import type { Session } from '../postgres/session.ts'
import { Listener } from './listener.ts'
import { Notifier } from './notifier.ts'
import { WakeUps } from './wake-ups.ts'

export interface NotificationsOptions {
  /** A quoted identifier. */
  readonly schema: string
  readonly executor: Executor
  readonly openSession: () => Promise<Session>
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
}

/**
 * The news of a store: who appends says so, who waits is woken. Those of this process are woken at once; a NOTIFY tells the
 * others. The LISTEN session is opened with the first who waits, and closed with the last.
 */
export class Notifications {
  readonly #options: NotificationsOptions
  readonly #wakeUps = new WakeUps()
  readonly #subscriptionsChanged = new Set<() => void>()
  readonly #sender = crypto.randomUUID()
  readonly #notifier: Notifier
  #listener: Listener | undefined
  /** The closing of former listeners. */
  #closing: Promise<unknown> = Promise.resolve()

  constructor(options: NotificationsOptions) {
    this.#options = options
    this.#notifier = new Notifier(options.executor, options.schema, this.#sender)
  }

  /** These streams have grown, and that is committed. */
  grown(streams: readonly string[]): void {
    this.#wakeUps.wake(streams)
    this.#notifier.grown(streams)
  }

  /** A subscription was given up or deleted. */
  subscriptionsChanged(): void {
    for (const callback of this.#subscriptionsChanged) callback()
    this.#notifier.subscriptionsChanged()
  }

  /** Whether several wait for a stream. */
  isShared(stream: string): boolean {
    return this.#wakeUps.countFor(stream) > 1
  }

  /** Calls back whenever the stream may have grown, until the function that it returns is called. */
  waitFor(stream: string, callback: () => void): () => void {
    const unregister = this.#wakeUps.register(stream, callback)
    this.#listener ??= this.#listen()
    return () => {
      unregister()
      if (this.#wakeUps.size === 0) this.#stopListening()
    }
  }

  /** Calls back whenever a subscription was given up or deleted somewhere, until the function that it returns is called. */
  onSubscriptionsChanged(callback: () => void): () => void {
    this.#subscriptionsChanged.add(callback)
    return () => this.#subscriptionsChanged.delete(callback)
  }

  /** Sends what is to be sent, and stops listening. */
  async close(): Promise<void> {
    this.#stopListening()
    await this.#closing
    await this.#notifier.flush()
  }

  #listen(): Listener {
    const { schema, executor, openSession, onDiagnostic } = this.#options
    return new Listener({
      schema,
      executor,
      openSession,
      wakeUps: this.#wakeUps,
      sender: this.#sender,
      onSubscriptionsChanged: () => {
        for (const callback of this.#subscriptionsChanged) callback()
      },
      onDiagnostic,
    })
  }

  #stopListening(): void {
    const listener = this.#listener
    this.#listener = undefined
    if (listener) this.#closing = Promise.all([this.#closing, listener.close()])
  }
}
