import { ClosedError, UnexpectedAckError } from '../errors.ts'
import type { EventTypes, RecordedEvent } from '../events.ts'
import { describeValue } from '../util/arguments.ts'
import { Deque } from '../util/deque.ts'

/** What a subscriber needs of its subscription. */
export interface SubscriberPort {
  /** Acknowledges an event and all that the subscriber was given before it. */
  ack(eventNumber: number): void
  /** Gives what it has in flight to the others. */
  leave(): Promise<void>
}

/** How the subscription drives a subscriber. */
export interface SubscriberControl<Types extends EventTypes> {
  deliver(events: readonly RecordedEvent<Types>[]): void
  /** What it was given belongs to nobody now: the lock was lost. */
  drop(): void
  /** Nothing comes any more: iterating ends, or rejects with the error. */
  end(error?: unknown): void
  /** Nothing comes any more, but what was given may still be acknowledged. */
  finish(): void
  /** Aborts when what it was given is dropped, or it ends. */
  readonly signal: AbortSignal
  /** Aborts when it ends. */
  readonly ended: AbortSignal
}

/*
 *   delivered ─► waiting ──iterated──► given ──ack──► done
 *                   └─────── drop ───────┴──► stale: acknowledging it does nothing
 */

/**
 * One consumer of a subscription: iterate it, and acknowledge what you have handled. Leaving the loop closes it.
 *
 * @example
 * const subscriber = subscription.connect({ maxInFlight: 10 })
 * for await (const event of subscriber) {
 *   await handle(event)
 *   subscriber.ack(event)
 * }
 */
export class Subscriber<Types extends EventTypes> implements AsyncIterable<RecordedEvent<Types>>, AsyncDisposable {
  readonly #port: SubscriberPort
  readonly #maxInFlight: number
  #waiting = new Deque<RecordedEvent<Types>>()
  readonly #given = new Set<number>()
  #stale = new Set<number>()
  #ended: { readonly error?: unknown } | undefined
  #finishing = false
  #wakes: (() => void)[] = []
  #left: Promise<void> | undefined
  #dropped = new AbortController()
  readonly #gone = new AbortController()

  private constructor(port: SubscriberPort, maxInFlight: number) {
    this.#port = port
    this.#maxInFlight = maxInFlight
  }

  /** @internal */
  static create<Types extends EventTypes>(
    port: SubscriberPort,
    maxInFlight: number,
  ): { readonly subscriber: Subscriber<Types>; readonly control: SubscriberControl<Types> } {
    const subscriber = new Subscriber<Types>(port, maxInFlight)
    const control: SubscriberControl<Types> = {
      deliver: (events) => subscriber.#deliver(events),
      drop: () => subscriber.#drop(),
      end: (error) => subscriber.#end(error),
      finish: () => subscriber.#finish(),
      get signal() {
        return subscriber.#dropped.signal
      },
      ended: subscriber.#gone.signal,
    }
    return { subscriber, control }
  }

  /**
   * The events, one by one, until the subscriber or its subscription is closed. Rejects with what ended the subscription, or the
   * reason of an aborted `signal`.
   *
   * @example
   * for await (const event of subscriber) subscriber.ack(event)
   */
  [Symbol.asyncIterator](): AsyncIterator<RecordedEvent<Types>> {
    return this.#iterate(() => this.#take())
  }

  /**
   * The same events in arrays of up to `maxInFlight`: as many as are there.
   *
   * @example
   * for await (const events of subscriber.batches()) {
   *   await projectAll(events)
   *   const last = events.at(-1)
   *   if (last) subscriber.ack(last) // and every event before it
   * }
   */
  batches(): AsyncIterable<readonly RecordedEvent<Types>[]> {
    const takeBatch = () => {
      const batch: RecordedEvent<Types>[] = []
      for (let event = this.#take(); event; event = batch.length < this.#maxInFlight ? this.#take() : undefined) {
        batch.push(event)
      }
      return batch.length > 0 ? batch : undefined
    }
    return { [Symbol.asyncIterator]: () => this.#iterate(takeBatch) }
  }

  /**
   * Acknowledges this event and every earlier one that this subscriber was given. Is ignored for events given before the lock was
   * lost.
   *
   * @throws {@link UnexpectedAckError} for what it was never given or has acknowledged
   * @throws {@link ClosedError} after it was closed
   * @example
   * for await (const { eventNumber } of subscriber) subscriber.ack(eventNumber)
   */
  ack(event: RecordedEvent<Types> | number): void {
    const eventNumber: unknown = typeof event === 'object' ? event?.eventNumber : event
    if (typeof eventNumber !== 'number') {
      throw new TypeError(`ack needs an event or its event number, found ${describeValue(event)}`)
    }
    if (this.#given.has(eventNumber)) {
      if (this.#ended) throw new ClosedError('subscriber')
      for (const given of this.#given) {
        this.#given.delete(given)
        if (given === eventNumber) break
      }
      this.#port.ack(eventNumber)
    } else if (!this.#stale.has(eventNumber)) {
      throw new UnexpectedAckError(eventNumber)
    }
  }

  /**
   * Leaves; events in flight go to the other subscribers. The last one that leaves has the checkpoint written and the lock given
   * back. Idempotent.
   *
   * @example
   * await subscriber.close()
   */
  close(): Promise<void> {
    this.#end()
    this.#left ??= this.#port.leave()
    return this.#left
  }

  /**
   * Leaves at the end of a block.
   *
   * @example
   * await using passing = subscription.connect()
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #iterate<Item>(take: () => Item | undefined): AsyncIterator<Item> {
    return {
      next: async () => {
        for (;;) {
          if (this.#ended) {
            if (!('error' in this.#ended)) return { done: true, value: undefined }
            await this.close()
            throw this.#ended.error
          }
          const value = this.#finishing ? undefined : take()
          if (value !== undefined) return { done: false, value }
          if (this.#finishing) return { done: true, value: undefined }
          await new Promise<void>((resolve) => {
            this.#wakes.push(resolve)
          })
        }
      },
      return: async () => {
        await this.close()
        return { done: true, value: undefined }
      },
    }
  }

  #take(): RecordedEvent<Types> | undefined {
    const event = this.#waiting.shift()
    if (event) {
      this.#given.add(event.eventNumber)
      if (this.#stale.size > 0) this.#stale.delete(event.eventNumber)
    }
    return event
  }

  #deliver(events: readonly RecordedEvent<Types>[]): void {
    for (const event of events) this.#waiting.push(event)
    this.#notify()
  }

  #drop(): void {
    for (const eventNumber of this.#given) this.#stale.add(eventNumber)
    this.#given.clear()
    this.#waiting.clear()
    this.#dropped.abort(new ClosedError('hold on the subscription'))
    this.#dropped = new AbortController()
  }

  #finish(): void {
    this.#finishing = true
    this.#dropped.abort(new ClosedError('subscription'))
    this.#notify()
  }

  #end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = error === undefined ? {} : { error }
    this.#waiting.clear()
    this.#dropped.abort(error ?? new ClosedError('subscription'))
    this.#gone.abort()
    this.#notify()
  }

  #notify(): void {
    const wakes = this.#wakes
    this.#wakes = []
    for (const wake of wakes) wake()
  }
}
