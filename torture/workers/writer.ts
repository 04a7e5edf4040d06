/**
 * Writes by a few loops at once through two stores: appends of all kinds, links, deletions and transactions. What has ids of its
 * own is repeated until it is known what came of it, also what a killed process before this one has left unanswered.
 */
import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { markOf, marksOf } from '../events.ts'
import { type Part, readJournal, type Work } from '../journal.ts'
import { LINKS, SCRAPS, STREAMS } from '../scenario.ts'
import { attempt, isUnknown, type Outcome, perform, performInTransaction } from './operations.ts'
import { pause, runWorker, type Worker } from './worker.ts'

const LOOPS = 4
const LONGEST_PAUSE = 100
const PATIENT = 15_000
/** A version that no stream reaches. */
const NEVER = 1_000_000_000

/** The last version of each stream that this process has heard of. */
const versions = new Map<string, number>()

await runWorker(async (worker) => {
  await repeatUnanswered(worker)
  const { pick } = worker
  const part: Part = { stream: STREAMS[pick(STREAMS.length)] ?? '', expected: 'any', count: copied(pick) }
  if (pick(3) === 0) await repeated(worker, randomUUID(), { kind: 'append', ownIds: true, parts: [part] })
  await Promise.all(Array.from({ length: LOOPS }, (_, index) => writeUntilEnd(worker, index)))
})

async function writeUntilEnd(worker: Worker, loop: number): Promise<void> {
  const store = worker.stores[loop % worker.stores.length] ?? worker.store
  const mine = { ...worker, store }
  while (!worker.ending.aborted) {
    const chance = worker.pick(100)
    if (chance < 5) await deleteOne(mine)
    else if (chance < 15) await transact(mine)
    else if (chance < 18) await appendTwice(mine)
    else await appendAndLink(mine)
    await pause(worker.pick(LONGEST_PAUSE), worker.ending)
  }
}

async function appendAndLink(worker: Worker): Promise<void> {
  const { pick } = worker
  const operation = randomUUID()
  const work = { kind: 'append', ownIds: pick(4) > 0, parts: chooseParts(pick) } as const
  const outcome = await repeated(worker, operation, work)
  if ('code' in outcome) return
  const marks = marksOf(operation, work)[0] ?? []
  if (work.ownIds && pick(4) === 0 && marks.length > 0 && marks.length < 10) {
    await repeated(worker, randomUUID(), { kind: 'link', stream: LINKS, marks })
  }
}

/** The same append by two stores at the same time: both are to get the same answer. */
async function appendTwice(worker: Worker): Promise<void> {
  const operation = randomUUID()
  const work = { kind: 'append', ownIds: true, parts: chooseParts(worker.pick) } as const
  await Promise.all(worker.stores.map((store) => repeated({ ...worker, store }, operation, work)))
}

/** A stream of its own, of which an event is linked elsewhere, and which is hidden or removed. */
async function deleteOne(worker: Worker): Promise<void> {
  const operation = randomUUID()
  const stream = `doomed-${operation.slice(0, 8)}`
  const mode = worker.pick(3) === 0 ? 'soft' : 'hard'
  const parts: readonly Part[] = [{ stream, expected: 'no-stream', count: 1 + worker.pick(3) }]
  const outcome = await repeated(worker, operation, { kind: 'append', ownIds: true, parts })
  if ('code' in outcome) return
  await repeated(worker, randomUUID(), { kind: 'link', stream: SCRAPS, marks: [markOf(operation, 0, 0)] })
  await repeated(worker, randomUUID(), { kind: 'delete', stream, mode })
  const again = { ...parts[0], stream, count: 1, expected: 'any' } as const // hidden, it refuses; removed, it begins anew
  await repeated(worker, randomUUID(), { kind: 'append', ownIds: true, parts: [again] })
}

/** In a transaction that begins, now and then, with a version that is wrong for sure, and goes on as if nothing were. */
async function transact({ pick, journal, store, url }: Worker): Promise<void> {
  const operation = randomUUID()
  const parts = [choosePart(pick, pick(STREAMS.length)), choosePart(pick, pick(STREAMS.length))].slice(0, 1 + pick(2))
  // What has ids of its own may be repeated, as one append: there a stream comes once.
  const repeatable = new Set(parts.map(({ stream }) => stream)).size === parts.length
  const work = { kind: 'append', ownIds: repeatable && pick(2) === 0, parts } as const
  const [rollBack, stumble] = [pick(4) === 0, pick(3) === 0]
  const begin = async (client: Client) => {
    const inTransaction = store.withClient(client)
    const wrong = { ...work, parts: parts.slice(0, 1).map((part) => ({ ...part, expected: NEVER })) }
    const name = randomUUID()
    if (stumble) await attempt(journal, name, wrong, () => perform(inTransaction, name, wrong, PATIENT))
    return inTransaction
  }
  const transaction = () => performInTransaction(url, operation, work, rollBack, begin)
  learn(work, await attempt(journal, operation, work, transaction))
}

/** One stream as a rule, sometimes two of them, all or nothing, and sometimes one of which only the version is checked. */
function chooseParts(pick: Worker['pick']): readonly Part[] {
  const first = pick(STREAMS.length)
  const part = choosePart(pick, first)
  if (pick(5) > 0) return [part]
  const second = choosePart(pick, (first + 1) % STREAMS.length)
  return pick(4) > 0 ? [part, second] : [part, { ...second, expected: versions.get(second.stream) ?? 0, count: 0 }]
}

/** Few events as a rule, sometimes enough for a COPY, and now and then more than one statement takes. */
function choosePart(pick: Worker['pick'], stream: number): Part {
  const name = STREAMS[stream] ?? ''
  const size = pick(1_000)
  const count = size < 3 ? copied(pick) : 1 + pick(4)
  return { stream: name, expected: chooseExpected(pick, name), count }
}

/** Enough events for a COPY, unless the network is slow; sometimes more than one statement takes. */
function copied(pick: Worker['pick']): number {
  return 500 + pick(2_000)
}

/** Often what this process believes, which another one may have made wrong; sometimes wrong for sure. */
function chooseExpected(pick: Worker['pick'], stream: string): Part['expected'] {
  const chance = pick(20)
  if (chance < 13) return 'any'
  if (chance < 15) return 'stream-exists'
  if (chance < 16) return 'no-stream'
  return Math.max(0, (versions.get(stream) ?? 0) - (chance < 17 ? 1 : 0))
}

/** Tries until it is known what came of it; what cannot be repeated safely is tried once. Deletions and links have to succeed. */
async function repeated(worker: Worker, operation: string, work: Work, again = false): Promise<Outcome> {
  const { journal, store, ending, pick } = worker
  for (let isAgain = again; ; isAgain = true) {
    const timeout = pick(10) === 0 && !ending.aborted ? 50 + pick(2_000) : PATIENT
    const call = () => perform(store, operation, work, timeout, isAgain)
    const outcome = await attempt(journal, operation, work, call)
    learn(work, outcome)
    if (!needsAnother(work, outcome)) return outcome
    await pause(50, ending)
  }
}

function needsAnother(work: Work, outcome: Outcome): boolean {
  if (!('code' in outcome)) return false
  if (work.kind === 'append') return work.ownIds && isUnknown(outcome)
  return work.kind === 'delete' || outcome.code === 'DATABASE' || isUnknown(outcome)
}

function learn(work: Work, outcome: Outcome): void {
  if ('code' in outcome) {
    if (outcome.stream !== undefined) versions.set(outcome.stream, Number(outcome.actual) || 0)
  } else if (work.kind === 'append') {
    for (const [index, { stream }] of work.parts.entries()) versions.set(stream, outcome[index]?.streamVersion ?? 0)
  }
}

async function repeatUnanswered(worker: Worker): Promise<void> {
  const open = new Map<string, Work>()
  for (const record of readJournal(worker.journalPath)) {
    if (record.type === 'called') open.set(record.operation, record.work)
    if (record.type !== 'answered' && record.type !== 'refused') continue
    const work = open.get(record.operation)
    if (work && !needsAnother(work, record.type === 'answered' ? record.results : record)) open.delete(record.operation)
  }
  for (const [operation, work] of open) {
    if (work.kind !== 'append' || work.ownIds) await repeated(worker, operation, work, true)
  }
}
