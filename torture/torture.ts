import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { random } from '../test/support/random.ts'
import { Cast } from './cast.ts'
import { check } from './check.ts'
import { type Evidence, eventsOf, type Finding } from './checks/evidence.ts'
import { type Counts, countAll } from './counts.ts'
import { nextFault } from './faults.ts'
import { type JournalRecord, readJournal } from './journal.ts'
import type { NodeProcess } from './node-process.ts'
import { startPooler } from './pooler.ts'
import { readAll } from './reads.ts'
import { Sampler } from './sampler.ts'
import { FOLLOWERS, type FollowerScenario, SUBSCRIPTIONS } from './scenario.ts'
import { startServer, type TortureServer, useServer } from './server.ts'
import { readStored, type Stored } from './stored.ts'
import { Tormentor } from './tormentor.ts'

export interface TortureOptions {
  readonly minutes: number
  readonly seed: number
  /** How many processes: at least 3 that subscribe, one that writes and one that follows. */
  readonly processes: number
  /** A server of somebody else's, which is not restarted. @default one of its own */
  readonly url: string | undefined
  /** Whether a PgBouncer in transaction mode is in between, for everything but sessions. @default false */
  readonly pooler?: boolean
  /** Ends the torture early; what happened until then is judged. */
  readonly signal?: AbortSignal
}

export interface TortureReport {
  /** What is being done. */
  tell(line: string): void
  /** From 0 to 1. */
  progress(done: number): void
}

export interface TortureResult {
  readonly counts: Counts
  readonly findings: readonly Finding[]
}

export const FEWEST_PROCESSES = 5
/** Milliseconds that the processes have to start. */
const START_WITHIN = 20_000
/** Milliseconds that the subscribers and followers have to arrive at the end, once everything is calm. */
const ARRIVE_WITHIN = 60_000

/**
 * Lets processes write, subscribe and follow while they are killed and their server and network fail, then lets them arrive at
 * the end in peace, and judges what they have written down. The seed repeats the faults; when exactly each hits, nobody can.
 */
export async function torture(options: TortureOptions, report: TortureReport): Promise<TortureResult> {
  const pick = random(options.seed)
  await using server = await openServer(options)
  await using pooler = options.pooler ? await startPooler(server) : undefined
  const seeds = random(~options.seed) // apart from the faults
  await using cast = await Cast.create(options.processes, () => server.url, pooler?.url, seeds)
  const { processes } = cast
  await using sampler = new Sampler(() => server.url)
  for (const process of processes) process.start()

  await allStarted(processes)
  const tormentor = new Tormentor(server, processes, (line) => report.tell(line))
  await torment(options, pick, processes.length, tormentor, server, report)
  report.tell('calm: the writers stop, the others arrive at the end')
  await tormentor.calm()
  const failures = [...tormentor.failures, ...(await endAll(processes, server, sampler))]
  const stored = await readStored(server.url)

  const evidence: Evidence = {
    journals: processes.map(({ name, journal }) => ({ process: name, records: readJournal(journal) })),
    samples: sampler.samples,
    stored,
    backups: tormentor.backups,
    reads: await readAll(server.url, streamsOf(stored)),
    disturbances: tormentor.disturbances,
    subscriptions: SUBSCRIPTIONS,
    followers: FOLLOWERS,
  }
  if (evidence.stored.events.length === 0) failures.push('nothing was stored')
  const findings = [...failures.map((what) => ({ rule: 'the run goes as planned', what })), ...check(evidence)]
  return { counts: countAll(evidence, tormentor.counts, sampler.looks), findings }
}

/** Once all are there, and are at it, they are worth tormenting. */
async function allStarted(processes: readonly NodeProcess[]): Promise<void> {
  const deadline = performance.now() + START_WITHIN
  while (performance.now() < deadline && !processes.every(({ journal }) => existsSync(journal))) await sleep(50)
}

/** All streams that can be read, and have something in them. */
function streamsOf({ events, links, hidden }: Stored): readonly string[] {
  const streams = new Set(['$all', ...[...events, ...links].map(({ stream }) => stream)])
  return [...streams].filter((stream) => stream !== '' && !hidden.includes(stream))
}

function openServer({ url, seed }: TortureOptions): Promise<TortureServer> {
  return url === undefined ? startServer() : useServer(url, `eventstore_torture_${seed}_${process.pid}`)
}

async function torment(
  { minutes, signal }: TortureOptions,
  pick: (n: number) => number,
  processes: number,
  tormentor: Tormentor,
  server: TortureServer,
  report: TortureReport,
): Promise<void> {
  const began = performance.now()
  const lasts = minutes * 60_000
  for (;;) {
    const { pause, fault } = nextFault(pick, processes, server.restart !== undefined)
    const left = began + lasts - performance.now()
    await sleep(Math.min(pause, Math.max(0, left)), undefined, { signal }).catch(() => {})
    report.progress(Math.min(1, (performance.now() - began) / lasts))
    if (pause >= left || signal?.aborted) return
    tormentor.begin(fault)
  }
}

/** Resolves to what went wrong on the way. */
async function endAll(
  processes: readonly NodeProcess[],
  server: TortureServer,
  sampler: Sampler,
): Promise<readonly string[]> {
  const failures: string[] = []
  const end = async (process: NodeProcess) => {
    const failure = await process.end()
    if (failure) failures.push(`${process.name} ${failure}`)
  }
  const writers = processes.filter(({ role }) => role === 'writer')
  const others = processes.filter(({ role }) => role !== 'writer')
  await Promise.all(writers.map(end))
  const late = await arrive(others, server, sampler)
  if (late) failures.push(`after ${ARRIVE_WITHIN / 1_000} s of peace ${late}`)
  await Promise.all(others.map(end))
  return failures
}

/** Resolves to who has not arrived at the end. */
async function arrive(
  processes: readonly NodeProcess[],
  server: TortureServer,
  sampler: Sampler,
): Promise<string | undefined> {
  const stored = await readStored(server.url)
  const streams = [...SUBSCRIPTIONS, ...FOLLOWERS].map(({ stream }) => stream)
  const heads = new Map(streams.map((stream) => [stream, eventsOf(stream, stored).at(-1)?.number]))
  const headOf = (stream: string) => heads.get(stream) ?? 0
  let late: string | undefined
  for (const deadline = performance.now() + ARRIVE_WITHIN; performance.now() < deadline; await sleep(200)) {
    const subscription = SUBSCRIPTIONS.find(({ name, stream }) => sampler.latest(name) < headOf(stream))
    const follower = subscription ? undefined : await findLateFollower(processes, headOf)
    if (!subscription && !follower) return undefined
    late = subscription
      ? `${subscription.name} is at ${sampler.latest(subscription.name)} of ${headOf(subscription.stream)}`
      : follower
  }
  return late
}

async function findLateFollower(
  processes: readonly NodeProcess[],
  headOf: (stream: string) => number,
): Promise<string | undefined> {
  for (const { role, name, journal } of processes) {
    if (role !== 'follower') continue
    const seen = lastSeen(readJournal(journal))
    const late = FOLLOWERS.find((follower) => (seen(follower) ?? Number.POSITIVE_INFINITY) < headOf(follower.stream))
    if (late) return `the ${late.name} in ${name} is at ${seen(late)} of ${headOf(late.stream)}`
  }
  return undefined
}

/** What each follower has seen last; undefined of one that began at the end, and has seen nothing since its process was started. */
function lastSeen(records: readonly JournalRecord[]): (follower: FollowerScenario) => number | undefined {
  const seen = new Map<string, number>()
  for (const record of records) {
    if (record.type === 'followed') seen.set(record.follower, record.number)
    if (record.type !== 'started') continue
    for (const { name, from } of FOLLOWERS) if (from === 'end') seen.delete(name)
  }
  return ({ name, from }) => seen.get(name) ?? (from === 'start' ? 0 : undefined)
}
