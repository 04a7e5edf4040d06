import { TimeoutError } from '../errors.ts'
import { translateError } from '../postgres/sqlstate.ts'
import type { Deadline } from '../util/deadline.ts'
import { Deque } from '../util/deque.ts'
import type { AppendOutcome, AppendRequest } from './append-request.ts'
import { isLarge } from './chunks.ts'

/** The most appends, events and bytes of a group: who comes behind it waits as long as that takes, and not longer. */
const MOST_APPENDS = 200
const MOST_EVENTS = 5_000
const MOST_BYTES = 4 * 1024 * 1024
/** Events whose appends are answered at a time. */
const ANSWERED_EVENTS = 200
/** Bytes that may be queued before further appends wait with their encoding, so that memory stays bounded. */
const MOST_QUEUED = 64 * 1024 * 1024

/** Stores a group of appends: an outcome for each, in order. */
export type StoreGroup = (requests: readonly AppendRequest[], deadline: Deadline) => Promise<readonly AppendOutcome[]>

interface Waiting {
  readonly request: AppendRequest
  readonly deadline: Deadline
  readonly settle: (outcome: AppendOutcome) => void
  settled: boolean
}

/**
 * Group commit: while one group of appends is being stored, those that arrive wait, and go together as the next one, each with a
 * result of its own. An append without company does not wait.
 *
 *   queued ──group is formed──► under way ──► settled
 *      └─────────────────────────┴──── its time is up: TimeoutError; what was queued only is not stored
 *
 * Groups are formed in the order of arrival, so none overtakes another, and bounded, so that a small append does not wait long
 * behind large ones; one that is too large for a statement goes alone. When much is queued, `room` makes the next ones wait.
 */
export class AppendQueue {
  readonly #store: StoreGroup
  readonly #waiting = new Deque<Waiting>()
  readonly #roomWaiters = new Deque<() => void>()
  #queuedBytes = 0
  #running = false

  constructor(store: StoreGroup) {
    this.#store = store
  }

  /** Resolves when another append may be queued; undefined when it may at once. Rejects with TimeoutError. */
  room(deadline: Deadline): Promise<void> | undefined {
    if (this.#queuedBytes < MOST_QUEUED) return undefined
    return new Promise((resolve, reject) => {
      const stopWatching = deadline.onExpired(() => reject(timedOut(deadline)))
      this.#roomWaiters.push(() => {
        stopWatching()
        resolve()
      })
    })
  }

  /** Queues an append. Resolves to what became of it. */
  submit(request: AppendRequest, deadline: Deadline): Promise<AppendOutcome> {
    return new Promise((resolve) => {
      const stopWatching = deadline.onExpired(() => waiting.settle({ error: timedOut(deadline) }))
      const waiting: Waiting = {
        request,
        deadline,
        settled: false,
        settle: (outcome) => {
          waiting.settled = true
          stopWatching()
          resolve(outcome)
        },
      }
      this.#waiting.push(waiting)
      this.#queuedBytes += request.bytes
      if (this.#running) return
      this.#running = true
      // What is submitted in the same turn comes along.
      queueMicrotask(() => void this.#run())
    })
  }

  /** The next group is sent before those of the last one are answered: what they do then, it does not wait for. */
  async #run(): Promise<void> {
    let answer: (() => void) | undefined
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup()
      const storing = this.#storeGroup(group)
      if (answer) setImmediate(answer)
      answer = await storing
      while (this.#queuedBytes < MOST_QUEUED && this.#roomWaiters.length > 0) this.#roomWaiters.shift()?.()
    }
    this.#running = false
    answer?.()
  }

  #takeGroup(): readonly Waiting[] {
    const group: Waiting[] = []
    const ids = new Set<string>()
    let events = 0
    let bytes = 0
    for (let next = this.#waiting.first(); next; next = this.#waiting.first()) {
      const { request } = next
      if (!next.settled && group.length > 0) {
        const fits =
          group.length < MOST_APPENDS && events + request.events <= MOST_EVENTS && bytes + request.bytes <= MOST_BYTES
        // A repetition of what is in this group is one only once that is stored.
        if (!fits || isLarge(request) || request.ownIds.some((id) => ids.has(id))) break
      }
      this.#waiting.shift()
      this.#queuedBytes -= request.bytes
      if (next.settled) continue
      group.push(next)
      for (const id of request.ownIds) ids.add(id)
      events += request.events
      bytes += request.bytes
      if (isLarge(request)) break
    }
    return group
  }

  /** Resolves to what tells each of the group what became of it. */
  async #storeGroup(group: readonly Waiting[]): Promise<() => void> {
    if (group.length === 0) return () => {}
    const deadline = group.map((waiting) => waiting.deadline).reduce((a, b) => (a.remaining > b.remaining ? a : b))
    try {
      const outcomes = await this.#store(
        group.map(({ request }) => request),
        deadline,
      )
      return () => answer(group, outcomes)
    } catch (error) {
      const outcome = { error: translateError(error) }
      return () =>
        answer(
          group,
          group.map(() => outcome),
        )
    }
  }
}

/** Answers in portions, between which the database is listened to: what callers do with an answer takes as long as it takes. */
function answer(group: readonly Waiting[], outcomes: readonly AppendOutcome[], from = 0): void {
  let events = 0
  for (let index = from; index < group.length; index++) {
    const waiting = group[index] as Waiting
    if (events > ANSWERED_EVENTS) return void setImmediate(answer, group, outcomes, index)
    waiting.settle(outcomes[index] as AppendOutcome)
    events += waiting.request.events
  }
}

function timedOut(deadline: Deadline): TimeoutError {
  return new TimeoutError(deadline.timeout, 'waiting for other appends')
}
