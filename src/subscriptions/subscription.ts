import { ClosedError } from '../errors.ts'
import type { EventTypes } from '../events.ts'
import type { EventHandler, RunOptions, SubscriberOptions } from '../options.ts'
import { isPassing } from '../postgres/sqlstate.ts'
import type { SubscriptionState } from '../subscription-state.ts'
import { untilAborted } from '../util/abort.ts'
import { checkFunction, checkInteger, checkOptions, checkSignal } from '../util/arguments.ts'
import { Opening } from './opening.ts'
import { readCheckpoint } from './rows.ts'
import { Run, type Worker } from './run.ts'
import type { Services } from './services.ts'
import type { Subscriber } from './subscriber.ts'
import { ownSignal, planRun, planSubscriber, type SubscriptionPlan } from './subscription-plan.ts'

/** Milliseconds between looks at the table for a checkpoint that another process writes. */
const LOOK_EVERY = 100

/** What a subscription needs of its store. */
export interface SubscriptionServices extends Services {
  /** Aborts when the store is closed. */
  readonly closing: AbortSignal
  /** Throws `SubscriptionAlreadyOpenError` when another handle of this store has it open. */
  opened(handle: object, stream: string, name: string): void
  closed(handle: object, stream: string, name: string): void
}

/**
 * A named place in a stream, held by one process at a time: at least once, in order.
 *
 * The first subscriber opens it. When the last one leaves, the checkpoint is written and the lock given back; `connect` opens it
 * again. After `close`, and after an error that ended it, it is closed for good.
 *
 * @example
 * const subscription = store.subscribe('$all', 'mailer')
 * await subscription.run(async (event) => { await send(event) })
 */
export class Subscription<Types extends EventTypes> implements AsyncDisposable {
  /** The stream, or `'$all'`. */
  readonly stream: string
  /** The name, one of a kind for the stream. */
  readonly name: string
  readonly #services: SubscriptionServices
  readonly #plan: SubscriptionPlan<Types>
  readonly #runs = new Set<Run<Types>>()
  #opening: Opening<Types> | undefined
  /** The closing of the latest opening. */
  #left: Promise<unknown> = Promise.resolve()
  #written = 0
  #ended: { readonly error: unknown } | undefined
  #closing: Promise<void> | undefined
  /** Who waits for the state or the checkpoint to change. */
  readonly #waiting = new Set<() => void>()

  /** @internal */
  constructor(services: SubscriptionServices, plan: SubscriptionPlan<Types>) {
    this.#services = services
    this.#plan = plan
    this.stream = plan.stream
    this.name = plan.name
  }

  /** Where it stands; `acquiring` before it is first connected to. */
  get state(): SubscriptionState {
    if (this.#ended) return 'closed'
    return this.#opening?.state ?? 'acquiring'
  }

  /**
   * The last event number up to which every event was acknowledged, in memory; while not the holder, what was last read from the
   * table.
   */
  get checkpoint(): number {
    return this.#opening?.checkpoint ?? this.#written
  }

  /**
   * Connects a subscriber; several compete for the events. Opens the subscription if it is not open.
   *
   * @throws {@link SubscriptionAlreadyOpenError} when another handle of this store has it open
   * @throws {@link ClosedError} once it is closed; the error that ended it, if one did
   * @example
   * const subscriber = subscription.connect({ maxInFlight: 10 })
   * for await (const event of subscriber) subscriber.ack(event)
   */
  connect(options?: SubscriberOptions): Subscriber<Types> {
    const { maxInFlight, signal } = planSubscriber(options)
    const { subscriber, control } = this.#join(maxInFlight)
    if (signal) {
      const abort = () => {
        control.end(signal.reason)
        void subscriber.close()
      }
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true, signal: control.ended })
    }
    return subscriber
  }

  /**
   * Hands each event to `handler`, and acknowledges it when the handler's promise resolves. Resolves on `close()`; rejects with the
   * abort's reason, or with what the handler threw (its events go to the other subscribers, or come again). The handler's `signal`
   * aborts when the lock is lost or the subscription closes.
   *
   * @throws {@link SubscriptionAlreadyOpenError} when another handle of this store has it open
   * @throws {@link CheckpointAheadError} when the checkpoint is past the stream's end
   * @throws {@link ClosedError} when it was closed before, or the subscription was deleted
   * @example
   * await subscription.run((event) => project(event), { concurrency: 4 })
   */
  async run(handler: EventHandler<Types>, options?: RunOptions): Promise<void> {
    checkFunction(handler, 'handler', true)
    const { maxInFlight, concurrency, signal } = planRun(options)
    signal?.throwIfAborted()
    const workers: Worker<Types>[] = Array.from({ length: concurrency }, () => this.#join(maxInFlight))
    const run = new Run(workers, handler, signal)
    this.#runs.add(run)
    await run.done.finally(() => this.#runs.delete(run))
  }

  /**
   * Resolves once this process holds the subscription, which somebody has to connect to.
   *
   * @throws {@link ClosedError} when it is closed before; the error that ended it, if one did
   * @example
   * const running = subscription.run(handle)
   * await subscription.acquired({ signal: AbortSignal.timeout(10_000) })
   */
  async acquired(options?: { readonly signal?: AbortSignal }): Promise<void> {
    const given = checkSignal(checkOptions(options, 'acquired', ['signal']).signal)
    const signal = AbortSignal.any([this.#services.closing, ...(given ? [given] : [])])
    for (;;) {
      signal.throwIfAborted()
      this.#throwIfEnded()
      if (this.state === 'catching-up' || this.state === 'live') return
      await untilAborted(this.#change(), signal)
    }
  }

  /**
   * Resolves once the checkpoint in the table is at or past `eventNumber`, whichever process holds the subscription.
   *
   * @throws {@link ClosedError} when it is closed before; the error that ended it, if one did
   * @example
   * const { position } = await store.append('order-1', event, { expectedVersion: 'any' })
   * await subscription.reached(position, { signal: AbortSignal.timeout(10_000) }) // of a subscription to $all
   */
  async reached(eventNumber: number, options?: { readonly signal?: AbortSignal }): Promise<void> {
    checkInteger(eventNumber, 'eventNumber', 0)
    const signal = ownSignal(checkSignal(checkOptions(options, 'reached', ['signal']).signal))
    signal?.throwIfAborted()
    const { executor, schema } = this.#services
    for (;;) {
      this.#throwIfEnded()
      const holds = this.#opening?.checkpoint !== undefined
      const written = holds ? this.#written : await untilAborted(this.#look(executor, schema), signal)
      if (written >= eventNumber) return
      await untilAborted(this.#change(LOOK_EVERY), signal)
    }
  }

  /**
   * Ends every subscriber once its handler is done, writes the checkpoint, and gives up the lock. Idempotent, and for good.
   *
   * @example
   * await subscription.close()
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /**
   * Closes the subscription at the end of a block.
   *
   * @example
   * await using audit = store.subscribe('$all', 'audit')
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #join(maxInFlight: number): Worker<Types> {
    this.#throwIfEnded()
    this.#opening ??= this.#open()
    return this.#opening.join(maxInFlight)
  }

  #open(): Opening<Types> {
    this.#services.opened(this, this.stream, this.name)
    const observer = {
      onState: (state: SubscriptionState) => {
        this.#services.onDiagnostic({ type: 'subscription', stream: this.stream, name: this.name, state })
        this.#changed()
      },
      onCheckpoint: (checkpoint: number) => {
        this.#written = checkpoint
        this.#changed()
      },
      onEmpty: () => this.#leave(opening),
      onFailed: (error: unknown) => {
        this.#ended ??= { error }
        this.#leave(opening)
      },
    }
    const opening = new Opening(this.#services, this.#plan, observer, this.#left)
    return opening
  }

  /** The opening closes by itself; the next one waits for it. */
  #leave(opening: Opening<Types>): void {
    if (this.#opening !== opening) return
    this.#opening = undefined
    this.#left = opening.close().finally(() => {
      if (!this.#opening) this.#services.closed(this, this.stream, this.name)
    })
    this.#changed()
  }

  async #close(): Promise<void> {
    this.#ended ??= { error: new ClosedError(`subscription ${JSON.stringify(this.name)}`) }
    await Promise.all([...this.#runs].map((run) => run.stop()))
    if (this.#opening) this.#leave(this.#opening)
    this.#changed()
    await this.#left
  }

  #throwIfEnded(): void {
    if (this.#ended) throw this.#ended.error
  }

  async #look(executor: Services['executor'], schema: string): Promise<number> {
    try {
      return (await readCheckpoint(executor, schema, this.#plan)) ?? 0
    } catch (error) {
      if (!isPassing(error)) throw error
      return 0
    }
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves at the next change, after some milliseconds (if any) in any case. */
  #change(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => wake(), milliseconds)
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      this.#waiting.add(wake)
    })
  }
}
