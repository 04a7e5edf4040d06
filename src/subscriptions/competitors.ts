import type { EventTypes, RecordedEvent } from '../events.ts'
import type { Delivery } from './dispatcher.ts'
import { Subscriber, type SubscriberControl, type SubscriberPort } from './subscriber.ts'

/** A subscriber, and what drives it. */
export interface Joined<Types extends EventTypes> {
  readonly subscriber: Subscriber<Types>
  readonly control: SubscriberControl<Types>
}

/** The subscribers of a subscription, which compete for its events. */
export class Competitors<Types extends EventTypes> {
  readonly #controls = new Map<symbol, SubscriberControl<Types>>()

  get size(): number {
    return this.#controls.size
  }

  add(id: symbol, port: SubscriberPort, maxInFlight: number): Joined<Types> {
    const joined = Subscriber.create<Types>(port, maxInFlight)
    this.#controls.set(id, joined.control)
    return joined
  }

  /** Whether it was there. */
  remove(id: symbol): boolean {
    return this.#controls.delete(id)
  }

  deliver(deliveries: readonly Delivery<RecordedEvent<Types>>[]): void {
    for (const { subscriber, events } of deliveries) this.#controls.get(subscriber)?.deliver(events)
  }

  /** What they were given belongs to nobody now. */
  drop(): void {
    for (const control of this.#controls.values()) control.drop()
  }

  /** Ends and forgets all of them. */
  end(error?: unknown): void {
    for (const control of this.#controls.values()) control.end(error)
    this.#controls.clear()
  }
}
