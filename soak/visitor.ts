import { setTimeout as sleep } from 'node:timers/promises'
import { type Diagnostic, EventStore, type NewEvent } from '../src/index.ts'

const ANY = { expectedVersion: 'any' } as const

export interface VisitorOptions {
  readonly url: string
  /** Of this round: streams, links and sources are named after it. */
  readonly round: number
  /** Events to append. */
  readonly events: number
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
}

/**
 * A store that is opened, does all that a store does, and is closed again. Streams are new in every round, so that what is
 * remembered of each is noticed. Appends whose connection is lost on the way are repeated with the same ids.
 */
export async function visit({ url, round, events, onDiagnostic }: VisitorOptions): Promise<void> {
  await using store = new EventStore({ connectionString: url, poolSize: 4, onDiagnostic })
  const leaving = new AbortController()
  const followers = [0, 1, 2].map((n) => follow(store, n === 0 ? '$all' : `round-${round}-${n}`, leaving.signal))
  const subscription = store.subscribe('$all', `visitor-${round % 5}`, { after: 'end', checkpointEvery: 10 })
  const running = subscription.run(() => {}, { maxInFlight: 100, concurrency: 2 })
  running.catch(() => {})
  await subscription.acquired()
  await appendAll(store, round, events)
  await useEverything(store, round)
  leaving.abort()
  await Promise.all(followers)
  await subscription.close()
  await running
}

/** Batches of all sizes by several writers. */
async function appendAll(store: EventStore, round: number, events: number): Promise<void> {
  let left = events
  let batch = 0
  const write = async (writer: number) => {
    while (left > 0) {
      const count = Math.min(left, [1, 1, 1, 7, 40, 100][batch++ % 6] as number)
      left -= count
      const list = Array.from({ length: count }, (_, n) => eventOf(round, n))
      await surely(() => store.append(`round-${round}-${writer}`, list, ANY))
    }
  }
  await Promise.all(Array.from({ length: 24 }, (_, writer) => write(writer)))
}

async function useEverything(store: EventStore, round: number): Promise<void> {
  const source = `round-${round}-1`
  for await (const event of store.read('$all', { direction: 'backwards', limit: 50, batchSize: 10 }))
    if (event.position % 40 === 0) break
  const linked = await surely(() => store.read(source, { limit: 20 }).toArray())
  const ids = linked.map(({ id }) => id)
  await surely(() => store.link(`links-${round}`, ids, ANY)).catch(expectCode('DUPLICATE_EVENT'))
  for (let n = 0; n < 5; n++) {
    await surely(() => store.append(source, eventOf(round, n), { expectedVersion: 'no-stream' })).catch(
      expectCode('WRONG_EXPECTED_VERSION'),
    )
    await store.append(source, { type: '', data: n }, ANY).catch(expectCode('INVALID_EVENT'))
  }
  await surely(() => store.recordSnapshot({ sourceId: source, sourceVersion: 1, sourceType: 'S', data: { round } }))
  await surely(() => store.readSnapshot(source))
  await surely(() => store.deleteSnapshot(source))
  await surely(() => store.listStreams({ search: `round-${round}-`, pageSize: 5 }))
  await surely(() => store.listSubscriptions())
  await surely(() => store.getStream('$all'))
}

async function follow(store: EventStore, stream: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of store.follow(stream, { signal })) signal.throwIfAborted()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Repeats what fails because the connection was lost; events carry ids of their own, so nothing is stored twice. */
export async function surely<Result>(task: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task()
    } catch (error) {
      if (codeOf(error) !== 'CONNECTION' || attempt === 50) throw error
      await sleep(20)
    }
  }
}

function eventOf(round: number, n: number): NewEvent {
  return {
    id: crypto.randomUUID(),
    type: 'Soaked',
    data: { round, n, text: 'x'.repeat(100) },
    metadata: { by: 'soak' },
  }
}

function expectCode(code: string): (error: unknown) => void {
  return (error) => {
    if (codeOf(error) !== code) throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
