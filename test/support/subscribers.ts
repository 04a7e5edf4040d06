import { expect } from 'vitest'
import type { RecordedEvent, Subscriber, Subscription } from '../../src/index.ts'
import { eventually } from './eventually.ts'
import { numbersOf } from './received.ts'

/** A subscriber that notes what it is given, in the arrays in which it comes, and acknowledges when told. */
export class Recorder implements AsyncDisposable {
  readonly given: number[] = []
  readonly batches: number[][] = []
  readonly subscriber: Subscriber<Record<string, unknown>>
  readonly ended: Promise<void>

  constructor(subscription: Subscription<Record<string, unknown>>, maxInFlight = 1) {
    this.subscriber = subscription.connect({ maxInFlight })
    this.ended = this.#record()
    this.ended.catch(() => {})
  }

  ack(...numbers: readonly number[]): void {
    for (const number of numbers) this.subscriber.ack(number)
  }

  async #record(): Promise<void> {
    for await (const batch of this.subscriber.batches()) {
      this.batches.push(numbersOf(batch as readonly RecordedEvent[]))
      this.given.push(...numbersOf(batch as readonly RecordedEvent[]))
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.subscriber.close()
  }
}

/** Resolves when each recorder was given exactly these numbers. */
export async function expectGiven(recorders: readonly Recorder[], numbers: readonly (readonly number[])[]) {
  await eventually(() => expect(recorders.map(({ given }) => given)).toEqual(numbers), { every: 2 })
}
