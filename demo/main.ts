/**
 * The store at work on real input: the history of a git repository.
 *
 *   npm run demo -- [path of a git repository] [--folder FOLDER]
 */
import { createHash } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EventStore, WrongExpectedVersionError } from '../src/index.ts'
import { type CommitEvents, MERGES } from './commit-events.ts'
import { countCommits as countInRepository, findRepository } from './git-history.ts'
import { importHistory, linkMerges } from './import-history.ts'
import { clip, heading, number, progressBar, rate, tallyTable } from './output.ts'
import { showReadModel } from './show-read-model.ts'
import { countCommits, type Statistics } from './statistics.ts'

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { folder: { type: 'string' } } })
  const repository = await findRepository(resolve(positionals[0] ?? '.'))
  const folder = resolve(values.folder ?? join(tmpdir(), `pg-event-store-demo-${userInfo().username}`))

  console.log(`PostgreSQL runs from ${folder}`)
  const schema = schemaOf(repository)
  await using store = new EventStore<CommitEvents>({ embedded: folder, schema })
  const started = performance.now()
  const { version } = await store.getStream('$all')
  console.log(`Ready after ${number(performance.now() - started)} ms; ${number(version)} events are stored.`)

  await showImport(store, repository)
  const statistics = await showStatistics(store)
  await showStream(store, statistics)
  await showConflict(store)
  await showMerges(store)
  await showReadModel(store, [folder, schema], statistics)
  console.log(
    `\nThe events stay in ${folder}: run it again, and only new commits are added. Remove the folder when you are done.`,
  )
}

async function showImport(store: EventStore<CommitEvents>, repository: string): Promise<void> {
  heading(`Appending the history of ${repository}: a commit an event, a stream an author`)
  const bar = progressBar(await countInRepository(repository), 'commits')
  const started = performance.now()
  const { added, known, streams } = await importHistory(store, repository, (commits) => bar.update(commits)).finally(
    () => bar.stop(),
  )
  const took = performance.now() - started
  const speed = added === 0 ? 'nothing to add' : `${rate(added, took)}, git's part included`
  console.log(`  ${number(added)} new events, ${number(known)} known before, ${number(streams)} streams; ${speed}`)
}

async function showStatistics(store: EventStore<CommitEvents>): Promise<Statistics> {
  heading('Reading $all: commits by author, by month')
  const started = performance.now()
  const statistics = await countCommits(store.read('$all'))
  const took = performance.now() - started
  console.log(tallyTable('author', statistics.authors, 'first'))
  console.log(tallyTable('month', statistics.months, 'last'))
  console.log(`  ${number(statistics.events)} events read in ${number(took)} ms, ${rate(statistics.events, took)}`)
  return statistics
}

async function showStream(store: EventStore<CommitEvents>, { authors }: Statistics): Promise<void> {
  const stream = await largestStream(store)
  heading(`Reading ${stream} (${clip(authors[0]?.name ?? '', 40)}) backwards: the latest three of its events`)
  for await (const { eventNumber, position, data } of store.read(stream, { direction: 'backwards', limit: 3 })) {
    console.log(
      `  ${number(eventNumber)} ($all: ${number(position)})  ${data.hash.slice(0, 8)}  ${clip(data.subject, 44)}`,
    )
  }
}

async function showConflict(store: EventStore<CommitEvents>): Promise<void> {
  const stream = await largestStream(store)
  heading('Appending with a version that is no longer true: an optimistic-concurrency conflict')
  const [latest] = await store.read(stream, { direction: 'backwards', limit: 1 }).toArray()
  if (!latest) throw new Error(`${stream} has no events`)
  const { type, data, streamVersion } = latest
  const late = { type, data: { ...data, subject: 'decided on an outdated version' } }
  try {
    await store.append(stream, late, { expectedVersion: streamVersion - 1 })
    throw new Error('An append with an outdated version went through')
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) throw error
    console.log(`  ${error.code}: ${error.message}`)
  }
}

async function showMerges(store: EventStore<CommitEvents>): Promise<void> {
  heading(`Linking merges into the stream '${MERGES}'`)
  const started = performance.now()
  const added = await linkMerges(store)
  const { items } = await store.listStreams({ search: MERGES })
  const merges = items.find(({ name }) => name === MERGES)?.version ?? 0
  const speed = added === 0 ? '' : `, ${rate(added, performance.now() - started)}`
  console.log(`  ${number(added)} linked now${speed}; the stream has ${number(merges)}`)
}

async function largestStream(store: EventStore<CommitEvents>): Promise<string> {
  const { items } = await store.listStreams({
    search: 'author-',
    sortBy: 'version',
    sortDirection: 'descending',
    pageSize: 1,
  })
  return items[0]?.name ?? '$all'
}

/** A schema for each repository, so that one folder serves them all. */
function schemaOf(repository: string): string {
  const hash = createHash('sha256').update(repository).digest('hex').slice(0, 8)
  return `demo_${basename(repository).slice(0, 12)}_${hash}`
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
