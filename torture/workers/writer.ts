/**
 * Appends and links with ids of its own, by a few loops at once, and repeats what has failed until it knows that it is stored;
 * also what a killed process before this one has left unanswered.
 */
import { randomUUID } from 'node:crypto'
import { ConnectionError, DuplicateEventError, type NewEvent, TimeoutError } from '../../src/index.ts'
import { type Part, readJournal } from '../journal.ts'
import { IGNORED, KEYS, LINKS, STREAMS } from '../scenario.ts'
import { pause, runWorker, type Worker } from './worker.ts'

const LOOPS = 3
const LONGEST_PAUSE = 90

await runWorker(async (worker) => {
  await repeatUnanswered(worker)
  await Promise.all(Array.from({ length: LOOPS }, () => writeUntilEnd(worker)))
})

async function writeUntilEnd(worker: Worker): Promise<void> {
  const { pick, ending } = worker
  while (!ending.aborted) {
    const operation = randomUUID()
    const parts = chooseParts(pick)
    await append(worker, operation, parts)
    if (pick(3) === 0) await link(worker, operation, { stream: LINKS, ids: parts[0]?.ids ?? [] })
    await pause(pick(LONGEST_PAUSE), ending)
  }
}

/** One stream as a rule, sometimes two of them, all or nothing. */
function chooseParts(pick: Worker['pick']): readonly Part[] {
  const first = pick(STREAMS.length)
  const streams = pick(5) === 0 ? [first, (first + 1) % STREAMS.length] : [first]
  return streams.map((stream) => ({
    stream: STREAMS[stream] ?? '',
    ids: Array.from({ length: 1 + pick(4) }, () => randomUUID()),
  }))
}

async function append(worker: Worker, operation: string, parts: readonly Part[]): Promise<void> {
  const { store, journal } = worker
  journal.write({ type: 'append-called', operation, parts })
  const results = await repeated(worker, async () => {
    const [part] = parts
    if (parts.length > 1 || !part) {
      return store.appendAll(
        parts.map(({ stream, ids }) => ({ stream, expectedVersion: 'any', events: toEvents(ids) })),
      )
    }
    return [await store.append(part.stream, toEvents(part.ids), { expectedVersion: 'any' })]
  })
  journal.write({ type: 'append-answered', operation, results })
}

/** Linking is not idempotent by itself: what is linked already was linked by the try whose answer did not come. */
async function link(worker: Worker, operation: string, part: Part): Promise<void> {
  const { store, journal } = worker
  journal.write({ type: 'link-called', operation, part })
  await repeated(worker, async () => {
    try {
      await store.link(part.stream, part.ids, { expectedVersion: 'any' })
    } catch (error) {
      if (!(error instanceof DuplicateEventError)) throw error
    }
  })
  journal.write({ type: 'link-answered', operation, part })
}

async function repeated<Result>({ ending }: Worker, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ConnectionError || error instanceof TimeoutError)) throw error
      await pause(50, ending)
    }
  }
}

async function repeatUnanswered(worker: Worker): Promise<void> {
  const records = readJournal(worker.journalPath)
  const answered = new Set(
    records.flatMap((record) => (record.type.endsWith('-answered') ? [operationOf(record)] : [])),
  )
  for (const record of records) {
    if (answered.has(operationOf(record))) continue
    if (record.type === 'append-called') await append(worker, record.operation, record.parts)
    if (record.type === 'link-called') await link(worker, record.operation, record.part)
  }
}

/** An append and the link that follows it share an operation. */
function operationOf(record: { readonly type: string; readonly operation?: string }): string {
  return `${record.type.split('-')[0]} ${record.operation}`
}

function toEvents(ids: readonly string[]): readonly NewEvent[] {
  return ids.map((id) => {
    const number = Number.parseInt(id.slice(0, 8), 16)
    return { id, type: number % 5 === 0 ? IGNORED : 'Happened', data: { key: `key-${number % KEYS}` } }
  })
}
