import type { EventStore } from '../../src/index.ts'
import { importPackage } from '../harness/compiled-package.ts'
import type { Progress } from '../harness/progress.ts'
import type { Measurement } from '../harness/report.ts'
import type { BenchServer } from '../harness/server.ts'
import type { Sizes } from '../sizes.ts'
import { newEvents } from '../workload.ts'

/** What a suite works with. */
export interface SuiteContext {
  readonly server: BenchServer
  readonly sizes: Sizes
  readonly progress: Progress
}

/** Measures one side of the store, in databases of its own. */
export type Suite = (context: SuiteContext) => Promise<readonly Measurement[]>

/** A store with a database of its own. Disposing closes the one and drops the other. */
export interface OwnStore extends AsyncDisposable {
  readonly store: EventStore
  readonly connectionString: string
}

/** Events of one stream that `seed` stores. */
export const STREAM_LENGTH = 100
const STREAMS_PER_APPEND = 50
const EVENTS_PER_STEP = 50_000

export async function openStore({ server }: SuiteContext, name: string): Promise<OwnStore> {
  const { EventStore } = await importPackage()
  const connectionString = await server.newDatabase(name)
  const store = new EventStore({ connectionString })
  await store.migrate()
  return {
    store,
    connectionString,
    async [Symbol.asyncDispose]() {
      await store.close()
      await server.dropDatabase(connectionString)
    },
  }
}

/** Stores events in streams of 100, named by `seededStream`. */
export async function seed({ progress }: SuiteContext, store: EventStore, count: number): Promise<void> {
  const events = newEvents(STREAM_LENGTH)
  const streams = count / STREAM_LENGTH
  progress.expect(Math.ceil(count / EVENTS_PER_STEP))
  for (let first = 0; first < streams; first += STREAMS_PER_APPEND) {
    const stored = first * STREAM_LENGTH
    if (stored % EVENTS_PER_STEP === 0) progress.begin(`storing ${count.toLocaleString('en')} events`)
    const length = Math.min(STREAMS_PER_APPEND, streams - first)
    await store.appendAll(
      Array.from({ length }, (_, index) => ({
        stream: seededStream(first + index),
        expectedVersion: 'no-stream' as const,
        events,
      })),
    )
    const now = stored + length * STREAM_LENGTH
    if (now % EVENTS_PER_STEP === 0 || now === count) progress.done()
  }
}

/** The name of the nth stream, from 0, that `seed` stores. */
export function seededStream(n: number): string {
  return `seeded-${n}`
}
