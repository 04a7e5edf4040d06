import { ConnectionError, type EventStore, type RecordedEvent, TimeoutError } from '../../src/index.ts'
import type { Appended } from './append-concurrently.ts'
import { newEvents, range } from './new-events.ts'

const STREAMS = 3

/** Told of an append before it is begun, and when it is acknowledged. */
export interface WritersObserver {
  readonly onCalled?: (call: Pick<Appended, 'stream' | 'ids'>) => void
  readonly onAcknowledged?: (appended: Appended) => void
}

/**
 * Appends all the time, by several writers that do not wait for each other, with ids of their own. What cannot be answered is
 * repeated with the same ids until it is.
 */
export class ReplicaWriters {
  /** What was acknowledged. */
  readonly appended: Appended[] = []
  /** How often an append had to be repeated. */
  repeated = 0
  /** Rejects when an append is refused. */
  readonly refused: Promise<unknown>
  readonly #ending = new AbortController()

  readonly #observer: WritersObserver

  /** `name` is part of the name of the writers' own streams. */
  constructor(store: EventStore, count: number, name = 'writer', observer: WritersObserver = {}) {
    this.#observer = observer
    this.refused = Promise.all(range(1, count).map((writer) => this.#write(store, writer, name)))
    this.refused.catch(() => {}) // whoever waits for the end hears of it, too
  }

  /** Resolves when every append that was begun is acknowledged; rejects if one was refused. */
  async end(): Promise<void> {
    this.#ending.abort()
    await this.refused
  }

  async #write(store: EventStore, writer: number, name: string): Promise<void> {
    let version = 0
    for (let n = 0; !this.#ending.signal.aborted; n++) {
      // A stream of the writer's own, at the version that it knows, and streams that all share.
      const alone = n % 2 === 0
      const stream = alone ? `${name}-${writer}` : `stream-${n % STREAMS}`
      const events = newEvents(1 + (n % 3)).map((event) => ({ ...event, id: crypto.randomUUID() }))
      const ids = events.map(({ id }) => id)
      this.#observer.onCalled?.({ stream, ids })
      const result = await this.#repeated(() =>
        store.append(stream, events, { expectedVersion: alone ? version : 'any', timeout: writer % 2 ? 300 : 15_000 }),
      )
      if (alone) version = result.streamVersion
      this.appended.push({ stream, ids, result })
      this.#observer.onAcknowledged?.({ stream, ids, result })
    }
  }

  async #repeated<Result>(append: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await append()
      } catch (error) {
        if (!(error instanceof ConnectionError || error instanceof TimeoutError)) throw error
        this.repeated++
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** What `$all` has to hold when these appends were acknowledged and nothing else was: a line an event, in order. */
export function claimsOf(appended: readonly Appended[]): readonly string[] {
  const claims = appended.flatMap(({ stream, ids, result: { position, streamVersion } }) =>
    ids.map((id, index) => {
      const before = ids.length - 1 - index
      return { position: position - before, streamName: stream, streamVersion: streamVersion - before, id }
    }),
  )
  return claims.sort((a, b) => a.position - b.position).map(lineOf)
}

/** Where an event is. */
export function lineOf({ position, streamName, streamVersion, id }: Place): string {
  return `${position} ${streamName}@${streamVersion} ${id}`
}

type Place = Pick<RecordedEvent, 'position' | 'streamName' | 'streamVersion' | 'id'>
