import { AsyncLocalStorage } from 'node:async_hooks'
import { ClosedError } from '../errors.ts'
import type { EventTypes } from '../events.ts'
import type { EventHandler } from '../options.ts'
import type { Subscriber, SubscriberControl } from './subscriber.ts'

/** A subscriber that a run has connected. */
export interface Worker<Types extends EventTypes> {
  readonly subscriber: Subscriber<Types>
  readonly control: SubscriberControl<Types>
}

/** The run whose handlers are being executed. Entered once for all of them: for each event by itself it would cost more than the rest. */
const current = new AsyncLocalStorage<Run<EventTypes>>()

/**
 * Handlers at work: one at a time for each worker. When one throws, the others finish what they have begun, and what nobody has
 * begun goes to other subscribers; only then does the run reject. So no event is in two hands.
 */
export class Run<Types extends EventTypes> {
  readonly #handler: EventHandler<Types>
  readonly #workers: readonly Worker<Types>[]
  #failure: { readonly error: unknown } | undefined
  #stopped = false
  readonly done: Promise<void>

  constructor(workers: readonly Worker<Types>[], handler: EventHandler<Types>, signal: AbortSignal | undefined) {
    this.#handler = handler
    this.#workers = workers
    const abort = () => this.#fail(signal?.reason)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
    const work = () => Promise.all(workers.map((worker) => this.#work(worker)))
    this.done = current
      .run(this as Run<EventTypes>, work)
      .finally(() => signal?.removeEventListener('abort', abort))
      .then(() => {
        if (this.#failure) throw this.#failure.error
      })
  }

  /** Lets no handler begin any more, and tells those at work. Resolves when they are done, but for one that is the caller. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { control } of this.#workers) control.finish()
    if (current.getStore() === (this as Run<EventTypes>)) return
    await this.done.catch(() => {})
  }

  async #work({ subscriber, control }: Worker<Types>): Promise<void> {
    const handler = this.#handler
    try {
      for await (const event of subscriber) {
        const { signal } = control
        try {
          const handling = handler(event, { signal })
          if (handling) await handling
        } catch (error) {
          if (signal.aborted) continue // it gave up because the event is not its own any more
          this.#fail(error) // before it leaves: none of this run begins with what it gives back
          return
        }
        subscriber.ack(event) // is ignored when the lock was lost meanwhile
      }
    } catch (error) {
      if (!(this.#stopped && error instanceof ClosedError)) this.#fail(error)
    } finally {
      await subscriber.close()
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    for (const { control } of this.#workers) control.finish()
  }
}
