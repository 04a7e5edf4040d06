import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { ConnectionError } from '../../errors.ts'
import { sqlStateOf, translateError } from '../sqlstate.ts'
import type { Cluster } from './folder.ts'
import type { Launch, Launcher } from './launch.ts'
import { discardPidFile, findPostmaster, type Postmaster } from './postmaster.ts'
import { type Address, ensureDatabase, StrangerError } from './session.ts'
import { openShare, Share } from './share.ts'

type ReadyPostmaster = Extract<Postmaster, { state: 'ready' }>

const JOIN_WITHIN = 60_000
const POLL_EVERY = 25
const MAX_LAUNCHES = 4
/** How long what runs under the process id of a server may fail to answer like it before it is taken for something else. */
const DOUBT_FOR = 2_000

/**
 * Takes a share in the server of this folder, and starts it if none runs. Of several processes that start one at once, one wins
 * and the others join it.
 */
export async function joinServer(cluster: Cluster, launcher: Launcher): Promise<Share> {
  const starter = new Starter(cluster, launcher)
  const doubts = new Doubts(cluster)
  let error: unknown
  for (const deadline = performance.now() + JOIN_WITHIN; performance.now() < deadline; await setTimeout(POLL_EVERY)) {
    const postmaster = await findPostmaster(cluster.data)
    if (postmaster.state === 'busy') continue
    if (postmaster.state === 'absent') {
      await starter.ensureLaunched(postmaster.stale)
      continue
    }
    starter.forgetFailures()
    try {
      const share = await join(cluster, postmaster)
      if (share) return share
    } catch (cause) {
      error = cause
      if (!isPassing(cause)) doubts.add(postmaster, cause)
    }
  }
  throw await starter.explain(error)
}

/** Resolves to undefined when the server is about to stop. */
async function join({ data, password }: Cluster, { pid, port }: ReadyPostmaster): Promise<Share | undefined> {
  const address: Address = { data, port, password: await readFile(password, 'utf8') }
  const session = await openShare(address)
  if (!session) return undefined
  const share = new Share(session, address, pid)
  try {
    await ensureDatabase(session)
    return share
  } catch (error) {
    await share.close()
    throw error
  }
}

/** The server starts, recovers or stops. */
function isPassing(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('57P0') ?? false
}

/** Starts servers until one runs. It cannot be told whether a start failed for a taken port, so a few are tried. */
class Starter {
  readonly #cluster: Cluster
  readonly #launcher: Launcher
  #launch: Launch | undefined
  #launches = 0

  constructor(cluster: Cluster, launcher: Launcher) {
    this.#cluster = cluster
    this.#launcher = launcher
  }

  async ensureLaunched(stale: string | undefined): Promise<void> {
    if (this.#launch?.isRunning()) return
    if (this.#launch && this.#launches === MAX_LAUNCHES) throw await this.#launch.explain()
    // Right after a crash the old server's processes may still hold its memory: leave them a moment.
    await setTimeout(this.#launches * 200)
    if (stale !== undefined) discardPidFile(this.#cluster.data, stale)
    this.#launch = await this.#launcher()
    this.#launches++
  }

  /** A server runs: our own, or the one of a process that was first, in which case ours had to fail. */
  forgetFailures(): void {
    this.#launches = 0
  }

  async explain(cause: unknown): Promise<ConnectionError> {
    if (this.#launch) return await this.#launch.explain(cause)
    const { folder, log } = this.#cluster
    const what = `PostgreSQL in ${folder} runs, but did not answer within ${JOIN_WITHIN} ms`
    return new ConnectionError(`${what}. Look into its log, ${log}, or end it and open the store again.`, { cause })
  }
}

/** Decides what a failure to join means, for the process id in `postmaster.pid` may belong to another process by now. */
class Doubts {
  readonly #data: string
  #doubted = { file: '', since: 0 }

  constructor({ data }: Cluster) {
    this.#data = data
  }

  add({ certain, file }: ReadyPostmaster, error: unknown): void {
    if (certain && (error instanceof StrangerError || sqlStateOf(error) !== undefined)) throw translateError(error)
    if (certain) return
    if (this.#doubted.file !== file) this.#doubted = { file, since: performance.now() }
    else if (performance.now() - this.#doubted.since > DOUBT_FOR) discardPidFile(this.#data, file)
  }
}
