import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EventStore } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { eventually } from '../support/eventually.ts'
import { random } from '../support/random.ts'
import { createReplicaFolder, makeSynchronous, urlOfBoth } from '../support/replica.ts'
import type { ReplicaServer } from '../support/replica-server.ts'
import { runSql } from '../support/run-sql.ts'
import { check, type Evidence } from './check.ts'
import { type JournalRecord, now, readJournal } from './journal.ts'
import { type Role, SUBSCRIPTION, WorkerProcess } from './worker-process.ts'

export interface FailoverOptions {
  readonly rounds: number
  readonly seed: number
  readonly writers: number
  readonly tell: (line: string) => void
  readonly progress: (round: number) => void
}

/** What one failover was like. */
interface Round {
  /** Events that were stored when the primary was killed, at the least. */
  readonly stored: number
  /** Milliseconds from the kill until the standby takes writes. */
  readonly promoted: number
  /** Milliseconds from the kill until an append is acknowledged. */
  readonly acknowledged: number
  /** Milliseconds from the kill until the killed server is a synchronous standby again. */
  readonly redundant: number
  /** The process that was killed along with the primary. */
  readonly killed: string
}

export interface FailoverResult {
  readonly rounds: readonly Round[]
  readonly counts: Readonly<Record<string, number>>
  readonly findings: readonly string[]
}

const TOOLS = ['pg_basebackup']
/** Milliseconds for whoever reads to arrive at the end, and for writers to be answered again. */
const PATIENCE = 60_000

/** Lets processes write, subscribe and follow while one primary after the other is killed, and judges what they wrote down. */
export async function failover({
  rounds: count,
  seed,
  writers,
  tell,
  progress,
}: FailoverOptions): Promise<FailoverResult> {
  const pick = random(seed)
  await using folder = await createReplicaFolder({ tools: TOOLS })
  const tool = folder.programs.path('pg_basebackup')
  let [primary, standby] = [await folder.create('one'), await folder.create('two')]
  await primary.initialize()
  await primary.start()
  await migrate({ connectionString: primary.url })
  await makeStandby(primary, standby, tool)
  tell(`a primary at port ${primary.port}, a synchronous standby at port ${standby.port}`)

  await using cast = await Cast.create(urlOfBoth(primary, standby, 'postgres'), writers)
  for (const process of cast.processes) process.start()
  await cast.acknowledgedAfter(0)
  const rounds: Round[] = []
  for (let round = 1; round <= count; round++) {
    await sleep(1_500 + pick(2_500))
    const victim = cast.processes[pick(cast.processes.length)] as WorkerProcess
    const stored = await headOf(primary)
    const from = now()
    await Promise.all([primary.kill(), victim.kill()])
    ;[primary, standby] = [standby, primary]
    await primary.promote()
    const promoted = now() - from
    const acknowledged = (await cast.acknowledgedAfter(now())) - from
    victim.start()
    tell(`round ${round}: killed at event ${stored} with ${victim.name}; appends go on after ${ms(acknowledged)}`)
    await rm(standby.data, { recursive: true, force: true })
    await makeStandby(primary, standby, tool)
    rounds.push({ stored, promoted, acknowledged, redundant: now() - from, killed: victim.name })
    progress(round)
  }
  tell('calm: the writers stop, the others arrive at the end')
  const failures = await cast.endAll(primary)
  await using store = new EventStore({ connectionString: primary.url })
  const stored = await store.read('$all').toArray()
  const evidence = { journals: cast.processes.map(({ journal }) => readJournal(journal)), stored }
  if (stored.length === 0) failures.push('nothing was stored')
  return { rounds, counts: countAll(evidence), findings: [...failures, ...check(evidence)] }
}

/** A copy of the primary, made while that is in use; from now on it waits for it. */
async function makeStandby(primary: ReplicaServer, standby: ReplicaServer, tool: string): Promise<void> {
  await standby.copyRunning(primary, tool, '--write-recovery-conf')
  await standby.start()
  await makeSynchronous(primary)
}

/** The processes, and the folder of their journals. */
class Cast implements AsyncDisposable {
  readonly processes: readonly WorkerProcess[]
  readonly #folder: string

  private constructor(processes: readonly WorkerProcess[], folder: string) {
    this.processes = processes
    this.#folder = folder
  }

  static async create(url: string, writers: number): Promise<Cast> {
    const folder = await mkdtemp(join(tmpdir(), 'pg-event-store-journals-'))
    const roles: readonly Role[] = [...Array<Role>(writers).fill('writer'), 'subscriber', 'subscriber', 'follower']
    const processes = roles.map((role, index) => {
      const name = `${role}-${index + 1}`
      return new WorkerProcess({ role, name, url, journal: join(folder, `${name}.journal`) })
    })
    return new Cast(processes, folder)
  }

  /** Resolves to when an append was acknowledged, the first one since then. */
  acknowledgedAfter(since: number): Promise<number> {
    return eventually(
      () => {
        const times = this.processes.flatMap(({ journal }) =>
          readJournal(journal).flatMap(({ type, at }) => (type === 'acknowledged' && at > since ? [at] : [])),
        )
        if (times.length === 0) throw new Error(`Expected an append to be acknowledged within ${PATIENCE} ms`)
        return Math.min(...times)
      },
      { within: PATIENCE, every: 50 },
    )
  }

  /** Ends the writers, lets the others arrive at the end, and ends them. Resolves to what went wrong. */
  async endAll(primary: ReplicaServer): Promise<string[]> {
    const ended = await endEach(this.processes.filter(({ role }) => role === 'writer'))
    const head = await headOf(primary)
    const late = await eventually(() => this.#expectArrived(primary, head), { within: PATIENCE, every: 200 }).then(
      () => [],
      (error: Error) => [error.message],
    )
    return [...ended, ...late, ...(await endEach(this.processes.filter(({ role }) => role !== 'writer')))]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()))
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #expectArrived(primary: ReplicaServer, head: number): Promise<void> {
    const [row] = await runSql<{ checkpoint: string }>(
      primary.url,
      'SELECT checkpoint::text FROM eventstore.subscriptions WHERE subscription_name = $1',
      [SUBSCRIPTION],
    )
    const followed = this.processes
      .flatMap(({ journal }) => readJournal(journal))
      .findLast(({ type }) => type === 'followed')
    const [handled, seen] = [Number(row?.checkpoint), followed?.type === 'followed' ? followed.position : 0]
    if (handled === head && seen === head) return
    throw new Error(`expected both to arrive at ${head}, found the subscription at ${handled}, the follower at ${seen}`)
  }
}

async function headOf(server: ReplicaServer): Promise<number> {
  const [row] = await runSql<{ head: number }>(server.url, 'SELECT max(position)::int AS head FROM eventstore.events')
  return row?.head ?? 0
}

async function endEach(processes: readonly WorkerProcess[]): Promise<string[]> {
  return (await Promise.all(processes.map((process) => process.end()))).flatMap((failure) => failure ?? [])
}

function countAll({ journals, stored }: Evidence): Readonly<Record<string, number>> {
  const records = journals.flat()
  const of = (type: JournalRecord['type']) => records.filter((record) => record.type === type).length
  const handled = records.flatMap((record) => (record.type === 'handled' ? [record.position] : []))
  return {
    'appends begun': of('called'),
    'appends acknowledged': of('acknowledged'),
    'events stored': stored.length,
    'events handled': handled.length,
    'of them again': handled.length - new Set(handled).size,
    'events followed': of('followed'),
  }
}

/** Milliseconds, to be read. */
export function ms(milliseconds: number): string {
  return `${Math.round(milliseconds).toLocaleString('en')} ms`
}
