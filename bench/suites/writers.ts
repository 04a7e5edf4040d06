import { randomUUID } from 'node:crypto'
import type { EventStore, ExpectedVersion } from '../../src/index.ts'
import { now } from '../harness/clock.ts'
import { newEvents } from '../workload.ts'

export interface WriteOptions {
  /** Loops side by side, each of which appends to a stream of its own, and expects the version that it knows. */
  readonly writers: number
  /** Events of one append. */
  readonly batchSize: number
  /** When to begin no further append: after so many milliseconds, or so many appends of each writer. */
  readonly until: { readonly milliseconds: number } | { readonly appends: number }
}

export interface Written {
  readonly appends: number
  readonly events: number
  /** When the first append began and the last one returned, on the clock of `now`. */
  readonly began: number
  readonly ended: number
  /** Milliseconds of each append. */
  readonly latencies: readonly number[]
}

/** Appends with some writers at once, to new streams. */
export async function write(store: EventStore, { writers, batchSize, until }: WriteOptions): Promise<Written> {
  const events = newEvents(batchSize)
  const prefix = randomUUID()
  const latencies: number[] = []
  const began = now()
  let ended = began

  async function work(stream: string): Promise<void> {
    let expectedVersion: ExpectedVersion = 'no-stream'
    for (let done = 0; ; done++) {
      if ('appends' in until ? done >= until.appends : ended - began >= until.milliseconds) return
      const start = now()
      const result = await store.append(stream, events, { expectedVersion })
      expectedVersion = result.streamVersion
      ended = now()
      latencies.push(ended - start)
    }
  }

  await Promise.all(Array.from({ length: writers }, (_, index) => work(`${prefix}-${index}`)))
  return { appends: latencies.length, events: latencies.length * batchSize, began, ended, latencies }
}
