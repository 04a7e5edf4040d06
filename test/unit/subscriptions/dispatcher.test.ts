import { describe, expect, test } from 'vitest'
import { type Delivery, Dispatcher } from '../../../src/subscriptions/dispatcher.ts'
import { random } from '../../support/random.ts'

interface Event {
  readonly eventNumber: number
  readonly key: string
  readonly skipped: boolean
}

const events = (...numbers: readonly number[]) => numbers.map((eventNumber) => ({ eventNumber }))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** What each subscriber was given by these deliveries, by the name of its symbol. */
function given(deliveries: readonly Delivery<{ readonly eventNumber: number }>[] | undefined) {
  return Object.fromEntries(
    (deliveries ?? []).map(({ subscriber, events }) => [
      subscriber.description,
      events.map(({ eventNumber }) => eventNumber),
    ]),
  )
}

describe('the dispatcher of a subscription', () => {
  const [a, b, c] = [Symbol('a'), Symbol('b'), Symbol('c')]

  test('gives one event each to subscribers in the order in which they joined, then the next to who is free', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0 })
    for (const subscriber of [a, b, c]) dispatcher.join(subscriber, 1)
    expect(given(dispatcher.enqueue(events(1, 2, 3, 4, 5)))).toEqual({ a: [1], b: [2], c: [3] })
    expect(given(dispatcher.ack(b, 2))).toEqual({ b: [4] })
    expect(given(dispatcher.ack(b, 4))).toEqual({ b: [5] })
  })

  test('moves the checkpoint over contiguous acknowledged events only', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0 })
    for (const subscriber of [a, b, c]) dispatcher.join(subscriber, 1)
    dispatcher.enqueue(events(1, 2, 3))
    dispatcher.ack(b, 2)
    expect(dispatcher.checkpoint).toBe(0)
    dispatcher.ack(a, 1)
    expect(dispatcher.checkpoint).toBe(2)
    dispatcher.ack(c, 3)
    expect(dispatcher.checkpoint).toBe(3)
  })

  test('shares out by turns as long as there is room', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0 })
    dispatcher.join(a, 2)
    dispatcher.join(b, 3)
    expect(given(dispatcher.enqueue(events(...range(1, 12))))).toEqual({ a: [1, 3], b: [2, 4, 5] })
    expect(given(dispatcher.ack(a, 1))).toEqual({ a: [6] })
    expect(given(dispatcher.ack(b, 5))).toEqual({ b: [7, 8, 9] })
    expect(given(dispatcher.ack(a, 6))).toEqual({ a: [10, 11] })
  })

  test('acknowledging an event acknowledges what the subscriber was given before it', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0 })
    dispatcher.join(a, 3)
    dispatcher.enqueue(events(1, 2, 3, 4, 5, 6))
    expect(given(dispatcher.ack(a, 3))).toEqual({ a: [4, 5, 6] })
    expect(dispatcher.checkpoint).toBe(3)
    expect(dispatcher.ack(a, 2)).toBeUndefined()
    expect(dispatcher.ack(b, 4)).toBeUndefined()
    expect(dispatcher.ack(a, 7)).toBeUndefined()
  })

  test('gives what a leaver held to the others, in order and first', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0 })
    dispatcher.join(a, 2)
    dispatcher.join(b, 2)
    dispatcher.enqueue(events(1, 2, 3, 4, 5))
    expect(dispatcher.leave(b)).toEqual([])
    expect(given(dispatcher.ack(a, 1))).toEqual({ a: [2] })
    expect(dispatcher.leave(a)).toEqual([])
    expect(given(dispatcher.join(c, 9))).toEqual({ c: [2, 3, 4, 5] })
    expect(dispatcher.checkpoint).toBe(1)
  })

  test('keeps a key with the subscriber that has events of it in flight', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0, partitionBy: ({ eventNumber }) => String(eventNumber % 2) })
    for (const subscriber of [a, b, c]) dispatcher.join(subscriber, 3)
    expect(given(dispatcher.enqueue(events(...range(1, 9))))).toEqual({ a: [1, 3, 5], b: [2, 4, 6] })
    expect(given(dispatcher.ack(a, 3))).toEqual({ a: [7, 9] })
    expect(given(dispatcher.ack(b, 6))).toEqual({ c: [8] })
  })

  test('gives the earliest waiting key to a subscriber whose keys are all acknowledged', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0, partitionBy: ({ eventNumber }) => String(eventNumber % 4) })
    dispatcher.join(a, 2)
    dispatcher.join(b, 2)
    expect(given(dispatcher.enqueue(events(...range(1, 16))))).toEqual({ a: [1, 5], b: [2, 6] })
    expect(given(dispatcher.ack(a, 5))).toEqual({ a: [3, 7] })
    expect(given(dispatcher.join(c, 2))).toEqual({ c: [4, 8] })
    expect(given(dispatcher.ack(c, 8))).toEqual({ c: [9, 13] })
    expect(given(dispatcher.ack(c, 13))).toEqual({ c: [12, 16] })
    expect(given(dispatcher.ack(a, 7))).toEqual({ a: [11, 15] })
    expect(given(dispatcher.ack(b, 6))).toEqual({ b: [10, 14] })
  })

  test('lets no later event of a key overtake what a leaver held', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0, partitionBy: () => 'one key' })
    dispatcher.join(a, 2)
    dispatcher.join(b, 2)
    expect(given(dispatcher.enqueue(events(1, 2, 3)))).toEqual({ a: [1, 2] })
    expect(given(dispatcher.leave(a))).toEqual({ b: [1, 2] })
    expect(given(dispatcher.ack(b, 1))).toEqual({ b: [3] })
  })

  test('counts what the filter refuses as acknowledged, in constant memory', () => {
    const dispatcher = new Dispatcher<{ readonly eventNumber: number }>({
      checkpoint: 0,
      filter: ({ eventNumber }) => eventNumber % 1_000 === 1,
    })
    dispatcher.join(a, 1)
    expect(given(dispatcher.enqueue(events(...range(1, 2_500))))).toEqual({ a: [1] })
    expect(dispatcher.queued).toBe(2)
    expect(dispatcher.checkpoint).toBe(0)
    dispatcher.ack(a, 1)
    expect(dispatcher.checkpoint).toBe(1_000)
    dispatcher.ack(a, 1_001)
    dispatcher.ack(a, 2_001)
    expect(dispatcher.checkpoint).toBe(2_500)
  })

  test('forgets everything when it goes on from another checkpoint, but its subscribers', () => {
    const dispatcher = new Dispatcher({ checkpoint: 0 })
    dispatcher.join(a, 2)
    dispatcher.enqueue(events(1, 2, 3))
    dispatcher.reset(1)
    expect([dispatcher.queued, dispatcher.checkpoint, dispatcher.subscribers]).toEqual([0, 1, 1])
    expect(dispatcher.ack(a, 1)).toBeUndefined()
    expect(given(dispatcher.enqueue(events(2, 3, 4)))).toEqual({ a: [2, 3] })
  })

  test.each(range(1, 100))('keeps its invariants whatever happens in whatever order (seed %i)', (seed) => {
    new RandomRun(seed).play(300)
  })
})

/** Plays subscribers that come, acknowledge and go against the dispatcher, and checks its invariants after every step. */
class RandomRun {
  readonly #pick: (n: number) => number
  readonly #keyed: boolean
  readonly #dispatcher: Dispatcher<Event>
  readonly #members = new Map<symbol, { readonly maxInFlight: number; readonly inFlight: Event[] }>()
  readonly #acknowledged: Event[] = []
  readonly #expected: Event[] = []
  #number = 0

  constructor(seed: number) {
    this.#pick = random(seed)
    this.#keyed = this.#pick(3) > 0
    this.#dispatcher = new Dispatcher<Event>({
      checkpoint: 0,
      filter: ({ skipped }) => !skipped,
      partitionBy: this.#keyed ? ({ key }) => key : undefined,
    })
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step()
    this.#join(7)
    while ([...this.#members.values()].some(({ inFlight }) => inFlight.length > 0)) {
      for (const subscriber of this.#members.keys()) this.#ack(subscriber)
    }
    expect(this.#dispatcher.queued).toBe(0)
    expect(this.#dispatcher.checkpoint).toBe(this.#number)
    const numbers = this.#acknowledged.map(({ eventNumber }) => eventNumber)
    expect(numbers.toSorted((x, y) => x - y)).toEqual(this.#expected.map(({ eventNumber }) => eventNumber))
    for (const key of this.#keyed ? ['k0', 'k1', 'k2', 'k3'] : []) {
      const ofKey = this.#acknowledged.filter((event) => event.key === key).map(({ eventNumber }) => eventNumber)
      expect(ofKey).toEqual(ofKey.toSorted((x, y) => x - y))
    }
  }

  #step(): void {
    const subscriber = [...this.#members.keys()][this.#pick(Math.max(1, this.#members.size))]
    const die = this.#pick(10)
    if (die < 4) this.#enqueue(this.#pick(6))
    else if (die < 5 && this.#members.size < 4) this.#join(1 + this.#pick(3))
    else if (die < 9 && subscriber) this.#ack(subscriber)
    else if (subscriber && this.#pick(3) === 0) this.#leave(subscriber)
    this.#check()
  }

  #enqueue(count: number): void {
    const added = Array.from({ length: count }, () => {
      this.#number += 1 + this.#pick(2)
      return { eventNumber: this.#number, key: `k${this.#pick(4)}`, skipped: this.#pick(4) === 0 }
    })
    this.#expected.push(...added.filter(({ skipped }) => !skipped))
    this.#take(this.#dispatcher.enqueue(added))
  }

  #join(maxInFlight: number): void {
    const subscriber = Symbol(`subscriber ${this.#members.size}`)
    this.#members.set(subscriber, { maxInFlight, inFlight: [] })
    this.#take(this.#dispatcher.join(subscriber, maxInFlight))
  }

  #leave(subscriber: symbol): void {
    this.#members.delete(subscriber)
    this.#take(this.#dispatcher.leave(subscriber))
  }

  #ack(subscriber: symbol): void {
    const inFlight = this.#members.get(subscriber)?.inFlight ?? []
    if (inFlight.length === 0) return
    const done = inFlight.splice(0, 1 + this.#pick(inFlight.length))
    this.#acknowledged.push(...done)
    const deliveries = this.#dispatcher.ack(subscriber, done.at(-1)?.eventNumber ?? 0)
    expect(deliveries).toBeDefined()
    this.#take(deliveries ?? [])
  }

  #take(deliveries: readonly Delivery<Event>[]): void {
    for (const { subscriber, events } of deliveries) this.#members.get(subscriber)?.inFlight.push(...events)
  }

  #check(): void {
    const holders = new Map<string, symbol>()
    for (const [subscriber, { inFlight, maxInFlight }] of this.#members) {
      expect(inFlight.length).toBeLessThanOrEqual(maxInFlight)
      for (const { key } of this.#keyed ? inFlight : []) {
        expect(holders.get(key) ?? subscriber).toBe(subscriber)
        holders.set(key, subscriber)
      }
    }
    const done = new Set(this.#acknowledged)
    const open = this.#expected.find((event) => !done.has(event))
    if (open) expect(this.#dispatcher.checkpoint).toBeLessThan(open.eventNumber)
    const free = [...this.#members.values()].some(({ inFlight, maxInFlight }) => inFlight.length < maxInFlight)
    if (free && !this.#keyed) expect(this.#dispatcher.queued).toBe(0)
  }
}
