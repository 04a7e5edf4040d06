/**
 * Hands queued events to competing subscribers, and works out how far the subscription has got. No I/O, no clock: the subscription
 * feeds it events and acknowledgements, and performs the deliveries that it returns.
 *
 *   enqueue ─► partition's queue ─► subscriber's in flight ─► acknowledged
 *
 * Invariants:
 * 1. One holder a key: events of a key are in flight with one subscriber at a time, in order.
 * 2. A subscriber never has more in flight than it has room for.
 * 3. The checkpoint is behind every event that is not acknowledged.
 * 4. Earlier events go first, to the subscriber that has waited longest, who gets as many of their key as he has room for. What a
 *    leaver held goes first of all, so no later event of its key overtakes it.
 */
import { Deque } from '../util/deque.ts'
import { Heap, type Ranked } from '../util/heap.ts'
import { CheckpointTracker, type Tracked } from './checkpoint-tracker.ts'

export interface Numbered {
  readonly eventNumber: number
}

export interface Delivery<Event> {
  readonly subscriber: symbol
  readonly events: readonly Event[]
}

export interface DispatcherOptions<Event> {
  readonly checkpoint: number
  readonly filter?: ((event: Event) => boolean) | undefined
  /** Without it there is one queue for all, which nobody holds. */
  readonly partitionBy?: ((event: Event) => string) | undefined
}

interface Entry<Event> extends Tracked {
  readonly event: Event
  readonly partition: Partition<Event>
}

interface Partition<Event> {
  readonly key: string | undefined
  readonly queue: Deque<Entry<Event>>
  holder: Member<Event> | undefined
  /** How many of its events the holder has in flight. */
  held: number
  /** Its place in a heap; one that is not the latest is void. */
  place: Place<Event> | undefined
}

/** A partition that waits, ranked by its first event. */
interface Place<Event> extends Ranked {
  readonly partition: Partition<Event>
}

interface Member<Event> {
  readonly subscriber: symbol
  readonly maxInFlight: number
  inFlight: Entry<Event>[]
  /** The partitions that it holds and that have more for it. */
  waiting: Heap<Place<Event>>
  lastServed: number
}

export class Dispatcher<Event extends Numbered> {
  readonly #filter: ((event: Event) => boolean) | undefined
  readonly #partitionBy: ((event: Event) => string) | undefined
  readonly #members = new Map<symbol, Member<Event>>()
  readonly #partitions = new Map<string | undefined, Partition<Event>>()
  #tracker: CheckpointTracker
  /** The partitions that nobody holds and that have events. */
  #free = new Heap<Place<Event>>()
  #queued = 0
  #served = 0

  constructor({ checkpoint, filter, partitionBy }: DispatcherOptions<Event>) {
    this.#tracker = new CheckpointTracker(checkpoint)
    this.#filter = filter
    this.#partitionBy = partitionBy
  }

  get checkpoint(): number {
    return this.#tracker.checkpoint
  }

  /** Events that wait for a subscriber. */
  get queued(): number {
    return this.#queued
  }

  get subscribers(): number {
    return this.#members.size
  }

  /** Takes the next events in order. Throws what `filter` or `partitionBy` throws. */
  enqueue(events: readonly Event[]): readonly Delivery<Event>[] {
    for (const event of events) {
      if (this.#filter && !this.#filter(event)) {
        this.#tracker.skip(event.eventNumber)
        continue
      }
      const partition = this.#partition(this.#partitionBy?.(event))
      const entry: Entry<Event> = { number: event.eventNumber, done: false, event, partition }
      this.#tracker.open(entry)
      partition.queue.push(entry)
      this.#queued++
      if (partition.queue.length === 1) this.#wait(partition)
    }
    return this.#deliver()
  }

  join(subscriber: symbol, maxInFlight: number): readonly Delivery<Event>[] {
    this.#members.set(subscriber, { subscriber, maxInFlight, inFlight: [], waiting: new Heap(), lastServed: 0 })
    return this.#deliver()
  }

  /** Gives what the subscriber had in flight to the others, in order and first. */
  leave(subscriber: symbol): readonly Delivery<Event>[] {
    const member = this.#members.get(subscriber)
    if (!member) return []
    this.#members.delete(subscriber)
    for (const entry of member.inFlight.toReversed()) {
      putBack(entry)
      this.#queued++
    }
    for (const { partition } of member.inFlight) {
      partition.holder = undefined
      partition.held = 0
      this.#wait(partition)
    }
    return this.#deliver()
  }

  /** Acknowledges an event and all that the subscriber was given before it; undefined when it has no such event in flight. */
  ack(subscriber: symbol, eventNumber: number): readonly Delivery<Event>[] | undefined {
    const member = this.#members.get(subscriber)
    const index = member?.inFlight.findIndex(({ number }) => number === eventNumber) ?? -1
    if (!member || index === -1) return undefined
    for (const entry of member.inFlight.splice(0, index + 1)) {
      entry.done = true
      const { partition } = entry
      if (partition.holder && --partition.held === 0) this.#release(partition)
    }
    this.#tracker.advance()
    return this.#deliver()
  }

  /** Forgets everything queued and in flight, and goes on from a checkpoint with the same subscribers. */
  reset(checkpoint: number): void {
    this.#tracker = new CheckpointTracker(checkpoint)
    this.#partitions.clear()
    this.#free = new Heap()
    this.#queued = 0
    for (const member of this.#members.values()) {
      member.inFlight = []
      member.waiting = new Heap()
    }
  }

  #deliver(): readonly Delivery<Event>[] {
    const deliveries: { readonly subscriber: symbol; readonly events: Event[] }[] = []
    while (this.#queued > 0) {
      const next = this.#next()
      if (!next) break
      const { partition, member } = next
      const { subscriber } = member
      let delivery = deliveries.find((each) => each.subscriber === subscriber)
      if (!delivery) {
        delivery = { subscriber, events: [] }
        deliveries.push(delivery)
      }
      do delivery.events.push(this.#give(partition, member))
      while (partition.key !== undefined && partition.queue.length > 0 && hasRoom(member))
    }
    return deliveries
  }

  /** The earliest event that somebody may be given: from a partition that he holds, or from a free one to who waited longest. */
  #next(): { readonly partition: Partition<Event>; readonly member: Member<Event> } | undefined {
    let longest: Member<Event> | undefined
    let place: Place<Event> | undefined
    let holder: Member<Event> | undefined
    for (const member of this.#members.values()) {
      if (!hasRoom(member)) continue
      if (!longest || member.lastServed < longest.lastServed) longest = member
      const waiting = firstValid(member.waiting)
      if (waiting && (!place || waiting.number < place.number)) {
        place = waiting
        holder = member
      }
    }
    if (!longest) return undefined
    const free = firstValid(this.#free)
    if (free && (!place || free.number < place.number)) return { partition: free.partition, member: longest }
    return place && holder ? { partition: place.partition, member: holder } : undefined
  }

  #give(partition: Partition<Event>, member: Member<Event>): Event {
    const entry = partition.queue.shift() as Entry<Event>
    this.#queued--
    member.inFlight.push(entry)
    member.lastServed = ++this.#served
    if (partition.key !== undefined) {
      partition.holder = member
      partition.held++
    }
    this.#wait(partition)
    return entry.event
  }

  #release(partition: Partition<Event>): void {
    partition.holder = undefined
    if (partition.queue.length === 0) this.#partitions.delete(partition.key)
    else this.#wait(partition)
  }

  /** Puts a partition in the place where its first event belongs now. */
  #wait(partition: Partition<Event>): void {
    const first = partition.queue.first()
    partition.place = first && { number: first.number, partition }
    if (partition.place) (partition.holder?.waiting ?? this.#free).add(partition.place)
  }

  #partition(key: string | undefined): Partition<Event> {
    const existing = this.#partitions.get(key)
    if (existing) return existing
    const partition: Partition<Event> = { key, queue: new Deque(), holder: undefined, held: 0, place: undefined }
    this.#partitions.set(key, partition)
    return partition
  }
}

function hasRoom<Event>({ inFlight, maxInFlight }: Member<Event>): boolean {
  return inFlight.length < maxInFlight
}

/** The first place of a heap that is not void. */
function firstValid<Event>(heap: Heap<Place<Event>>): Place<Event> | undefined {
  let first = heap.first()
  while (first && first.partition.place !== first) {
    heap.takeFirst()
    first = heap.first()
  }
  return first
}

/** Back into its queue, before what came later: there may be others before it that were put back earlier. */
function putBack<Event>(entry: Entry<Event>): void {
  const { queue } = entry.partition
  const earlier: Entry<Event>[] = []
  for (let first = queue.first(); first && first.number < entry.number; first = queue.first()) {
    earlier.push(first)
    queue.shift()
  }
  queue.unshift(entry)
  for (const before of earlier.toReversed()) queue.unshift(before)
}
