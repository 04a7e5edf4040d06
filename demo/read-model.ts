/**
 * A read model, kept by a persistent subscription in a process of its own: the number of commits of each author's stream.
 *
 *   tsx demo/read-model.ts FOLDER SCHEMA     prints the position after each batch; runs until it is killed
 *
 * The model is a snapshot that says up to which position it was counted. A batch that comes again after a kill, between the
 * snapshot and the acknowledgement, is recognized by it: at least once becomes exactly once.
 */
import { EventStore, type RecordedEvent } from '../src/index.ts'
import type { CommitEvents } from './commit-events.ts'

export const READ_MODEL = 'commits-by-author'

/** The commits of each stream, counted up to a position. */
export type CommitCounts = Readonly<Record<string, number>>

async function main([folder = '', schema = '']: readonly string[]): Promise<void> {
  const store = new EventStore<CommitEvents>({ embedded: folder, schema })
  const kept = await store.readSnapshot<CommitCounts>(READ_MODEL)
  let { data: counts, sourceVersion: position } = kept ?? { data: {}, sourceVersion: 0 }
  const { version: head } = await store.getStream('$all')
  const subscriber = store.subscribe('$all', READ_MODEL).connect({ maxInFlight: Math.max(1, Math.ceil(head / 50)) })
  for await (const events of subscriber.batches()) {
    const last = events.at(-1)
    if (!last) continue
    counts = count(
      counts,
      events.filter((event) => event.position > position),
    )
    position = Math.max(position, last.position)
    await store.recordSnapshot({
      sourceId: READ_MODEL,
      sourceType: 'CommitCounts',
      sourceVersion: position,
      data: counts,
    })
    subscriber.ack(last)
    process.stdout.write(`${position}\n`)
  }
}

function count(counts: CommitCounts, events: readonly RecordedEvent<CommitEvents>[]): CommitCounts {
  const counted: Record<string, number> = { ...counts }
  for (const { streamName } of events) counted[streamName] = (counted[streamName] ?? 0) + 1
  return counted
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2))
