/** Follows streams by two stores at once, each from the last event that its journal says it has seen, or from the end. */
import type { EventStore } from '../../src/index.ts'
import { readJournal } from '../journal.ts'
import { FOLLOWERS } from '../scenario.ts'
import { runWorker, type Worker } from './worker.ts'

await runWorker(async (worker) => {
  const seen = new Map<string, number>()
  for (const record of readJournal(worker.journalPath)) {
    if (record.type === 'followed') seen.set(record.follower, record.number)
  }
  await Promise.all(
    FOLLOWERS.map(({ name, stream, from }, index) => {
      const after = from === 'end' ? 'end' : (seen.get(name) ?? 0)
      return follow(worker, worker.stores[index % worker.stores.length] ?? worker.store, name, stream, after)
    }),
  )
})

async function follow(
  { journal, ending }: Worker,
  store: EventStore,
  name: string,
  stream: string,
  after: number | 'end',
): Promise<void> {
  try {
    for await (const { eventNumber } of store.follow(stream, { after, signal: ending })) {
      journal.write({ type: 'followed', follower: name, number: eventNumber })
    }
  } catch (error) {
    if (!ending.aborted) throw error
  }
}
