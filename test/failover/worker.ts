/** A process of the application, as the settings in its first argument say: writes, subscribes or follows until stdin ends. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { EventStore } from '../../src/index.ts'
import { ReplicaWriters } from '../support/replica-writers.ts'
import { openJournal, readJournal } from './journal.ts'
import { SUBSCRIPTION, type WorkerSettings } from './worker-process.ts'

const WRITERS = 4

const { role, url, journal: path } = JSON.parse(process.argv[2] ?? '') as WorkerSettings
const ended = once(process.stdin.resume(), 'close')
const last = readJournal(path).findLast(({ type }) => type === 'followed')
const journal = openJournal(path)
await using store = new EventStore({ connectionString: url, onDiagnostic: () => {} })
switch (role) {
  case 'writer':
    await write()
    break
  case 'subscriber':
    await subscribe()
    break
  case 'follower':
    await follow(last?.type === 'followed' ? last.position : 0)
    break
  default:
    role satisfies never
}

async function write(): Promise<void> {
  const writers = new ReplicaWriters(store, WRITERS, randomUUID(), {
    onCalled: (call) => journal({ type: 'called', ...call }),
    onAcknowledged: (appended) => journal({ type: 'acknowledged', ...appended }),
  })
  await Promise.race([ended, writers.refused])
  await writers.end()
}

async function subscribe(): Promise<void> {
  const subscription = store.subscribe('$all', SUBSCRIPTION)
  void ended.then(() => subscription.close())
  await subscription.run(({ position }) => journal({ type: 'handled', position }))
}

async function follow(after: number): Promise<void> {
  const ending = new AbortController()
  void ended.then(() => ending.abort())
  try {
    const events = store.follow('$all', { after, signal: ending.signal })
    for await (const { position } of events) journal({ type: 'followed', position })
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
}
