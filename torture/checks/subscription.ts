import type { JournalRecord } from '../journal.ts'
import type { Sample } from '../sampler.ts'
import { IGNORED, type SubscriptionScenario } from '../scenario.ts'
import { type Evidence, eventsOf, type Finding, type Numbered } from './evidence.ts'
import type { Gone } from './gone.ts'

/** Milliseconds during which the deliveries of two holders may overlap: one is told that the lock is gone, the other has it. */
const HAND_OVER = 1_000
/** The same for a holder that heard late of the server: it looks every second, and waits 3 seconds for an answer. */
const DISTURBED_HAND_OVER = 6_000

/** Milliseconds after which a process that has lost its lock delivers nothing any more: what was on its way is on its way. */
const ON_ITS_WAY = 5

/** A time during which a process believes that it holds the subscription. */
interface Hold {
  readonly process: string
  readonly began: number
  /** The numbers that were delivered and not acknowledged. */
  readonly inFlight: Set<number>
  /** Each key's place of the last event that was delivered, at the furthest. */
  readonly furthest: Map<string, number>
}

type Seen =
  | { readonly at: number; readonly process: string; readonly record: JournalRecord }
  | { readonly at: number; readonly sample: Sample }

/** Checks one subscription, moment by moment. */
export class SubscriptionCheck {
  readonly #scenario: SubscriptionScenario
  readonly #evidence: Evidence
  readonly #gone: Gone
  /** What has to be delivered, by number. */
  readonly #expected: readonly Numbered[]
  readonly #head: number
  readonly #stored: ReadonlySet<number>
  readonly #places = new Map<number, { readonly key: string; readonly place: number }>()
  readonly #keys = new Map<string, number[]>()
  readonly #delivered = new Set<number>()
  readonly #acknowledged = new Set<number>()
  readonly #holds = new Map<string, Hold>()
  /** Since when a process has said that it does not hold the subscription. */
  readonly #without = new Map<string, number>()
  #newest: Hold | undefined
  #checkpoint = 0
  /** How many of the expected, from the first on, are acknowledged. */
  #contiguous = 0

  constructor(scenario: SubscriptionScenario, evidence: Evidence, gone: Gone) {
    this.#scenario = scenario
    this.#evidence = evidence
    this.#gone = gone
    const events = eventsOf(scenario.stream, evidence.stored)
    this.#head = events.at(-1)?.number ?? 0
    this.#stored = new Set(events.map(({ number }) => number))
    this.#expected = events.filter(({ event }) => !(scenario.filtered && event.type === IGNORED))
    for (const { number, event } of this.#expected) {
      const key = { all: '', key: event.key, none: String(number) }[scenario.order]
      const numbers = this.#keys.get(key) ?? []
      this.#places.set(number, { key, place: numbers.length })
      this.#keys.set(key, numbers)
      numbers.push(number)
    }
  }

  *run(): Generator<Finding> {
    for (const seen of this.#inOrder()) {
      if ('sample' in seen) yield* this.#sampled(seen.sample.checkpoint)
      else yield* this.#recorded(seen.process, seen.record)
    }
    for (const { number } of this.#expected) {
      if (!this.#delivered.has(number)) yield this.#finding('every event is delivered', `${number} never was`)
      else if (!this.#acknowledged.has(number))
        yield this.#finding('every event is acknowledged', `${number} never was`)
    }
    if (this.#checkpoint < this.#head) {
      yield this.#finding('the checkpoint arrives at the end', `it is ${this.#checkpoint}, the end is ${this.#head}`)
    }
  }

  /** Acknowledgements come before samples of the same moment. */
  #inOrder(): readonly Seen[] {
    const { name } = this.#scenario
    const records = this.#evidence.journals.flatMap(({ process, records }) =>
      records
        .filter((record) => record.type === 'started' || ('subscription' in record && record.subscription === name))
        .map((record): Seen => ({ at: record.at, process, record })),
    )
    const samples = this.#evidence.samples
      .filter(({ subscription }) => subscription === name)
      .map((sample): Seen => ({ at: sample.at, sample }))
    return [...records, ...samples].sort((a, b) => a.at - b.at)
  }

  *#recorded(process: string, record: JournalRecord): Generator<Finding> {
    switch (record.type) {
      case 'started':
        this.#holds.delete(process)
        this.#without.delete(process)
        break
      case 'state':
        this.#without.delete(process)
        if (record.state === 'live' || record.state === 'catching-up') break
        this.#holds.delete(process)
        this.#without.set(process, record.at)
        break
      case 'delivered':
        yield* this.#deliver(process, record.number, record.at)
        break
      case 'acknowledged':
        for (const number of record.numbers) if (!this.#isGone(number)) yield* this.#acknowledge(process, number)
        break
    }
  }

  *#deliver(process: string, number: number, at: number): Generator<Finding> {
    const found = this.#places.get(number)
    if (!found) {
      if (this.#isGone(number)) return
      yield this.#finding('only events of the stream are delivered', `${number} is none of them`)
      return
    }
    const { key, place } = found
    const without = this.#awake(process, this.#without.get(process) ?? at, at)
    if (without > ON_ITS_WAY) {
      yield this.#finding(
        'who does not hold it delivers nothing',
        `${number} in ${process}, ${Math.round(without)} ms after`,
      )
    }
    const hold = this.#holds.get(process) ?? { process, began: at, inFlight: new Set(), furthest: new Map() }
    this.#holds.set(process, hold)
    if (!this.#newest || hold.began > this.#newest.began) this.#newest = hold
    yield* this.#checkAlone(hold, number, at)
    const earlier = this.#firstOpen(key, place, hold)
    if (earlier !== undefined) {
      yield this.#finding(
        'events of a key are delivered in order',
        `${number} in ${process} before ${earlier} was handled`,
      )
    }
    const furthest = hold.furthest.get(key)
    if (furthest !== undefined && place > furthest + 1) {
      yield this.#finding('a holder skips nothing', `${number} in ${process} after ${this.#keys.get(key)?.[furthest]}`)
    }
    hold.furthest.set(key, Math.max(place, furthest ?? 0))
    hold.inFlight.add(number)
    this.#delivered.add(number)
  }

  /** Whether it was an event that was deleted later: it may have been delivered or not. */
  #isGone(number: number): boolean {
    return this.#scenario.stream === '$all' && !this.#stored.has(number) && this.#gone.has(number)
  }

  /** The milliseconds between two times during which the process was not stopped. */
  #awake(process: string, from: number, to: number): number {
    const stops = this.#evidence.disturbances.filter((stop) => stop.stopped && stop.process === process)
    const asleep = stops.map((stop) => Math.max(0, Math.min(to, stop.to) - Math.max(from, stop.from)))
    return to - from - asleep.reduce((sum, time) => sum + time, 0)
  }

  /** The first earlier event of the key that nobody has handled, and that is not in the same hands. */
  #firstOpen(key: string, place: number, { inFlight }: Hold): number | undefined {
    const numbers = this.#keys.get(key) ?? []
    for (let index = place - 1; index >= 0; index--) {
      const number = numbers[index] as number
      if (this.#acknowledged.has(number)) return undefined // it was checked when it was delivered
      if (this.#scenario.mode !== 'batches' || !inFlight.has(number)) return number
    }
    return undefined
  }

  *#checkAlone(hold: Hold, number: number, at: number): Generator<Finding> {
    const newest = this.#newest
    if (!newest || newest === hold || newest.process === hold.process) return
    const disturbed = this.#evidence.disturbances.some(
      ({ process, from, to, stopped }) =>
        !stopped && process === hold.process && from <= at && to >= newest.began - DISTURBED_HAND_OVER,
    )
    const overlap = this.#awake(hold.process, newest.began, at)
    if (overlap <= (disturbed ? DISTURBED_HAND_OVER : HAND_OVER)) return
    const what = `${hold.process} delivered ${number} ${Math.round(overlap)} ms after ${newest.process} had begun`
    yield this.#finding('one process at a time delivers', what)
  }

  *#acknowledge(process: string, number: number): Generator<Finding> {
    if (!this.#delivered.has(number)) yield this.#finding('only what was delivered is acknowledged', `${number}`)
    this.#acknowledged.add(number)
    this.#holds.get(process)?.inFlight.delete(number)
    while (this.#acknowledged.has(this.#expected[this.#contiguous]?.number ?? 0)) this.#contiguous++
  }

  *#sampled(checkpoint: number): Generator<Finding> {
    const open = this.#expected[this.#contiguous]?.number ?? this.#head + 1
    if (checkpoint >= open) {
      const what = `it stood at ${checkpoint}, when ${open} was not acknowledged yet`
      yield this.#finding('the checkpoint never passes an event that was not acknowledged', what)
    }
    if (checkpoint < this.#checkpoint) {
      yield this.#finding('the checkpoint never goes back', `from ${this.#checkpoint} to ${checkpoint}`)
    }
    this.#checkpoint = checkpoint
  }

  #finding(rule: string, what: string): Finding {
    return { rule, what: `${this.#scenario.name}: ${what}` }
  }
}
