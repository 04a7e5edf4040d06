import type { EventStore, ExpectedVersion, NewEvent } from '../src/index.ts'
import { type CommitEvents, MERGES, streamOf, toEvent } from './commit-events.ts'
import { type Commit, readCommits } from './git-history.ts'

/** Commits that go into one atomic append. */
const BATCH = 500

export interface Imported {
  readonly added: number
  readonly known: number
  readonly streams: number
}

/**
 * Appends the commits that the store does not have: a commit an event, a stream an author, each stream at the version that it was
 * last seen at. Calls `onProgress` with the number of commits looked at.
 */
export async function importHistory(
  store: EventStore<CommitEvents>,
  repository: string,
  onProgress: (commits: number) => void,
): Promise<Imported> {
  const { hashes, versions } = await readKnown(store)
  const known = hashes.size
  let seen = 0
  let added = 0
  let batch: Commit[] = []
  const flush = async () => {
    await appendBatch(store, batch, versions)
    added += batch.length
    batch = []
  }
  for await (const commit of readCommits(repository)) {
    seen++
    if (!hashes.has(commit.hash)) batch.push(commit)
    if (batch.length === BATCH) await flush()
    if (seen % BATCH === 0) onProgress(seen)
  }
  if (batch.length > 0) await flush()
  onProgress(seen)
  return { added, known, streams: versions.size }
}

/** Links the merges that are not linked yet into a stream of their own. Resolves to how many it links now. */
export async function linkMerges(store: EventStore<CommitEvents>): Promise<number> {
  const linked = new Set<string>()
  for await (const { id } of readIfThere(store, MERGES)) linked.add(id)
  let merges: string[] = []
  let added = 0
  const flush = async () => {
    await store.link(MERGES, merges, { expectedVersion: linked.size + added })
    added += merges.length
    merges = []
  }
  for await (const event of store.read('$all')) {
    if (event.type === 'BranchesMerged' && !linked.has(event.id)) merges.push(event.id)
    if (merges.length === BATCH) await flush()
  }
  if (merges.length > 0) await flush()
  return added
}

async function appendBatch(
  store: EventStore<CommitEvents>,
  commits: readonly Commit[],
  versions: Map<string, number>,
): Promise<void> {
  const byStream = new Map<string, NewEvent<CommitEvents>[]>()
  for (const commit of commits) {
    const stream = streamOf(commit)
    const events = byStream.get(stream)
    if (events) events.push(toEvent(commit))
    else byStream.set(stream, [toEvent(commit)])
  }
  const appends = [...byStream].map(([stream, events]) => {
    const expectedVersion: ExpectedVersion = versions.get(stream) ?? 'no-stream'
    return { stream, expectedVersion, events }
  })
  const results = await store.appendAll(appends)
  for (const [index, { stream }] of appends.entries()) versions.set(stream, results[index]?.streamVersion ?? 0)
}

async function readKnown(store: EventStore<CommitEvents>) {
  const hashes = new Set<string>()
  const versions = new Map<string, number>()
  for await (const event of store.read('$all')) {
    hashes.add(event.data.hash)
    versions.set(event.streamName, event.streamVersion)
  }
  return { hashes, versions }
}

async function* readIfThere(store: EventStore<CommitEvents>, stream: string) {
  const { items } = await store.listStreams({ search: stream, pageSize: 1_000 })
  if (items.some(({ name }) => name === stream)) yield* store.read(stream)
}
