import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { random } from '../test/support/random.ts'
import { startServer } from '../torture/server.ts'
import { type Judgement, judgeFlatness } from './flatness.ts'
import { Resident } from './resident.ts'
import { RESOURCES, type Resource, type Resources, takeStock } from './resources.ts'
import { surely, visit } from './visitor.ts'

export interface SoakOptions {
  /** Events to append. */
  readonly events: number
  readonly seed: number
  readonly signal?: AbortSignal
}

export interface SoakReport {
  readonly round: (done: number, of: number, resources: Resources) => void
}

export interface SoakResult {
  readonly samples: readonly Resources[]
  readonly judgements: Readonly<Record<Resource, Judgement>>
  readonly counts: Readonly<Record<string, number>>
  /** What is wrong besides resources that grow; empty when all is well. */
  readonly findings: readonly string[]
}

const MOST_ROUNDS = 60
const FEWEST_ROUNDS = 10
const EVENTS_A_ROUND = 2_500
/** Milliseconds in which everything appended is to be delivered. */
const DELIVERED_WITHIN = 120_000

/**
 * Appends events in rounds. A store lives through all of them and receives everything; in each round another one comes, does what
 * stores do, and goes; now and then connections are terminated. After each round it is quiet, and stock is taken.
 */
export async function soak({ events, seed, signal }: SoakOptions, report: SoakReport): Promise<SoakResult> {
  const rounds = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, Math.round(events / EVENTS_A_ROUND)))
  const pick = random(seed)
  const samples: Resources[] = []
  const warnings: string[] = []
  const onWarning = (warning: Error) => warnings.push(String(warning))
  let [terminated, diagnostics] = [0, 0]
  const onDiagnostic = () => void diagnostics++
  process.on('warning', onWarning)
  try {
    await using server = await startServer()
    const { url } = server
    await using onlooker = await Onlooker.connect(url)
    await using resident = new Resident({ url, onDiagnostic })
    for (let round = 1; round <= rounds && !signal?.aborted; round++) {
      const share = Math.ceil((events * round) / rounds) - Math.ceil((events * (round - 1)) / rounds)
      const visiting = visit({ url, round, events: share, onDiagnostic })
      if (pick(4) === 0) {
        await Promise.race([sleep(pick(150)), visiting])
        terminated += await onlooker.terminate(1 + pick(4), pick)
      }
      await visiting
      const { version: head } = await surely(() => resident.store.getStream('$all'))
      await delivered(resident, head, signal)
      samples.push(await takeStock(onlooker.client))
      report.round(round, rounds, samples.at(-1) as Resources)
    }
    const counts = {
      'events appended': resident.followed,
      'events delivered': resident.followed + resident.handled + resident.redelivered,
      'events redelivered': resident.redelivered,
      'stores opened and closed': samples.length,
      'connections terminated': terminated,
      diagnostics,
    }
    return { samples, judgements: judgeAll(samples), counts, findings: [...resident.findings, ...warnings] }
  } finally {
    process.off('warning', onWarning)
  }
}

/** Waits until the resident has received everything; what does not come is told as it stands. */
async function delivered(resident: Resident, head: number, signal: AbortSignal | undefined): Promise<void> {
  const late = performance.now() + DELIVERED_WITHIN
  while (resident.followed < head || resident.handled < head) {
    signal?.throwIfAborted()
    if (resident.findings.length > 0 || performance.now() > late) {
      throw new Error(
        `of ${head} events ${resident.followed} were followed and ${resident.handled} handled: ${resident.findings}`,
      )
    }
    await sleep(5)
  }
}

function judgeAll(samples: readonly Resources[]): Readonly<Record<Resource, Judgement>> {
  const judge = (resource: Resource) =>
    judgeFlatness(
      samples.map((sample) => sample[resource]),
      RESOURCES[resource].slack,
    )
  return {
    resident: judge('resident'),
    heap: judge('heap'),
    external: judge('external'),
    connections: judge('connections'),
    files: judge('files'),
    handles: judge('handles'),
  }
}

/** A connection of its own, that counts connections and ends them. */
class Onlooker implements AsyncDisposable {
  readonly client: Client

  private constructor(client: Client) {
    this.client = client
  }

  static async connect(url: string): Promise<Onlooker> {
    const client = new Client({ connectionString: url, application_name: 'soak' })
    client.on('error', () => {})
    await client.connect()
    return new Onlooker(client)
  }

  /** Ends some connections of the stores. Resolves to how many. */
  async terminate(count: number, pick: (n: number) => number): Promise<number> {
    const { rows } = await this.client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND starts_with(application_name, 'eventstore') ORDER BY backend_start, pid`,
    )
    const chosen = Array.from({ length: Math.min(count, rows.length) }, () => rows.splice(pick(rows.length), 1)).flat()
    await this.client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS t (pid)', [
      chosen.map(({ pid }) => pid),
    ])
    return chosen.length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end()
  }
}
