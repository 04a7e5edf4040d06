/** Follows streams, each from the last event that its journal says it has seen. */
import { readJournal } from '../journal.ts'
import { FOLLOWERS } from '../scenario.ts'
import { runWorker, type Worker } from './worker.ts'

await runWorker(async (worker) => {
  const seen = new Map<string, number>()
  for (const record of readJournal(worker.journalPath)) {
    if (record.type === 'followed') seen.set(record.follower, record.number)
  }
  await Promise.all(FOLLOWERS.map(({ name, stream }) => follow(worker, name, stream, seen.get(name) ?? 0)))
})

async function follow({ store, journal, ending }: Worker, name: string, stream: string, after: number): Promise<void> {
  try {
    for await (const { eventNumber } of store.follow(stream, { after, signal: ending })) {
      journal.write({ type: 'followed', follower: name, number: eventNumber })
    }
  } catch (error) {
    if (!ending.aborted) throw error
  }
}
