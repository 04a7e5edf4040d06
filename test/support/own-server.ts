import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '../../src/migrations/index.ts'
import { prepareBinaries } from '../../src/postgres/embedded/binaries.ts'
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { identity, lastLines, runProgram, serverEnvironment } from '../../src/postgres/embedded/run.ts'
import { isRunning } from '../../src/postgres/embedded/temporary.ts'
import { findServerUser, type ServerUser } from '../../src/postgres/embedded/user.ts'
import { unusedPort } from './forwarder.ts'
import { runSql } from './run-sql.ts'

/** How a server is brought down: once its sessions have left, by ending them, by dropping everything, or killed. */
type StopMode = 'smart' | 'fast' | 'immediate' | 'kill'

const SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const

/** A server of the test's own, to be brought down at will; its database has the schema of a store. */
export interface OwnServer extends AsyncDisposable {
  /** The same after a restart. */
  readonly url: string
  /** Starts it again. Resolves when it answers. */
  start(): Promise<void>
  /** Tells it to stop; `stopped` tells when it has. */
  signal(mode: StopMode): void
  /** Brings it down. */
  stop(mode: StopMode): Promise<void>
  /** Whether its main process is gone. */
  readonly stopped: boolean
  /** Resolves when it lets somebody in again, for a server that has restarted by itself. */
  answers(): Promise<void>
}

export interface OwnServerOptions {
  /** PostgreSQL settings. */
  readonly settings?: Readonly<Record<string, string>>
  /** Where its data is, for a folder of another file system. */
  readonly disk?: DataDisk
}

/** A place for the data, or for the write-ahead log alone, where programs have to be started in a way of their own. */
export interface DataDisk extends AsyncDisposable {
  /** An empty folder. */
  readonly place: string
  readonly holds: 'data' | 'log'
  /** The command that runs a program there, as the user who owns the place. */
  command(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]]
}

interface Cluster {
  readonly folder: string
  readonly data: string
  readonly log: string
  readonly url: string
  readonly programs: { readonly initdb: string; readonly postgres: string }
  readonly args: readonly string[]
  /** Whom the programs are started as; somebody else than this process only if it is root. */
  readonly user: ServerUser | undefined
  readonly command: DataDisk['command']
}

const PREFIX = 'pg-event-store-own-'
const START_WITHIN = 60_000
const INITIALIZE_WITHIN = 60_000

/** A folder for temporary files, which the user of the server can enter. Those that killed processes have left are removed. */
export async function createFolder(): Promise<string> {
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  await chmod(folder, 0o755)
  return folder
}

/** Starts a server that `asyncDispose` removes. */
export async function startOwnServer({ settings = {}, disk }: OwnServerOptions = {}): Promise<OwnServer> {
  const cluster = await initialize(settings, disk)
  let server = await launch(cluster)
  const stopped = () => server.exitCode !== null || server.signalCode !== null
  const stop = async (mode: StopMode) => {
    const exit = stopped() ? undefined : once(server, 'exit')
    server.kill(SIGNALS[mode])
    await exit
  }
  await migrate({ connectionString: cluster.url })
  return {
    url: cluster.url,
    get stopped() {
      return stopped()
    },
    async start() {
      server = await launch(cluster)
    },
    signal(mode) {
      server.kill(SIGNALS[mode])
    },
    stop,
    answers: () => untilAnswered(cluster, server),
    async [Symbol.asyncDispose]() {
      await stop('immediate')
      await disk?.[Symbol.asyncDispose]()
      await rm(cluster.folder, { recursive: true, force: true })
    },
  }
}

async function initialize(settings: Readonly<Record<string, string>>, disk: DataDisk | undefined): Promise<Cluster> {
  const folder = await createFolder()
  const data = disk?.holds === 'data' ? disk.place : join(folder, 'data')
  const user = await findServerUser(folder)
  const { initdb, postgres } = await prepareBinaries(user)
  const port = await unusedPort()
  const password = randomBytes(24).toString('base64url')
  const secret = join(folder, 'password')
  await writeFile(secret, password, { mode: 0o600 })
  if (user) await chown(secret, user.uid, user.gid)
  if (disk?.holds !== 'data') {
    await mkdir(data, 0o700)
    if (user) await chown(data, user.uid, user.gid)
  }
  const all = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port) }
  const cluster: Cluster = {
    folder,
    data,
    log: join(folder, 'server.log'),
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres?sslmode=disable`,
    programs: { initdb, postgres },
    args: ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    user: disk ? undefined : user,
    command: disk ? disk.command : (program, args) => [program, args],
  }
  const [program, args] = cluster.command(initdb, [
    `--pgdata=${data}`,
    `--pwfile=${secret}`,
    ...(disk?.holds === 'log' ? [`--waldir=${disk.place}`] : []),
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
    '--wal-segsize=1', // megabytes: a small disk is full of them soon, and a log of its own size is easy to reason about
  ])
  await runProgram(program, args, { user: cluster.user, cwd: folder, timeout: INITIALIZE_WITHIN })
  return cluster
}

/** Right after a kill the old server's processes may still hold its memory: it is started until it stays. */
async function launch(cluster: Cluster): Promise<ChildProcess> {
  const [program, args] = cluster.command(cluster.programs.postgres, cluster.args)
  for (const deadline = performance.now() + START_WITHIN; ; await sleep(100)) {
    const file = await open(cluster.log, 'a')
    const server = spawn(program, args, {
      ...identity(cluster.user),
      cwd: cluster.folder,
      env: serverEnvironment(),
      stdio: ['ignore', file.fd, file.fd],
    })
    await file.close()
    try {
      await untilAnswered(cluster, server)
      return server
    } catch (error) {
      if (server.exitCode === null && server.signalCode === null) server.kill('SIGQUIT')
      if (performance.now() > deadline) throw error
    }
  }
}

async function untilAnswered(cluster: Cluster, server: ChildProcess): Promise<void> {
  for (const deadline = performance.now() + START_WITHIN; ; await sleep(20)) {
    try {
      await runSql(cluster.url, 'SELECT 1')
      return
    } catch (cause) {
      if (server.exitCode === null && server.signalCode === null && performance.now() < deadline) continue
      throw new Error(`The server does not answer:\n${lastLines(await readFile(cluster.log, 'utf8'))}`, { cause })
    }
  }
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) continue
    const data = join(tmpdir(), name, 'data')
    if (existsSync(data)) await stopPostmaster(data, 'SIGQUIT')
    await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
}
