import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, dropDatabase, migrate } from '../src/migrations/index.ts'
import { identifyProcess, stopPostmaster } from '../src/postgres/embedded/postmaster.ts'
import { openEmbeddedServer } from '../src/postgres/embedded/server.ts'
import { isRunning } from '../src/postgres/embedded/temporary.ts'

/** How a server is brought down: asked to end its sessions, told to drop everything, or killed. */
export type RestartMode = 'fast' | 'immediate' | 'kill'

/** The server under torture, with a database of its own in which the migrations were run. */
export interface TortureServer extends AsyncDisposable {
  /** Changes with every restart. */
  readonly url: string
  /** Undefined for a server that is somebody else's. */
  readonly restart: ((mode: RestartMode) => Promise<void>) | undefined
}

const PREFIX = 'pg-event-store-torture-'
const SETTINGS = { max_connections: '120' }

/** A server of its own in a temporary folder, which `asyncDispose` removes. */
export async function startServer(): Promise<TortureServer> {
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  await chmod(folder, 0o755) // root runs the server as another user, who has to get in
  const place = join(folder, 'server')
  let server = await openEmbeddedServer(place, { settings: SETTINGS })
  await migrate({ connectionString: server.connectionString })
  return {
    get url() {
      return server.connectionString
    },
    async restart(mode) {
      await bringDown(dataOf(folder), mode)
      await server.close()
      server = await openEmbeddedServer(place, { settings: SETTINGS })
    },
    async [Symbol.asyncDispose]() {
      await stopPostmaster(dataOf(folder), 'SIGQUIT')
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A database of its own on somebody else's server, which `asyncDispose` drops. */
export async function useServer(url: string, name: string): Promise<TortureServer> {
  const own = new URL(url)
  own.pathname = `/${name}`
  const connectionString = own.href
  await createDatabase({ connectionString })
  await migrate({ connectionString })
  return {
    url: connectionString,
    restart: undefined,
    async [Symbol.asyncDispose]() {
      await dropDatabase({ connectionString })
    },
  }
}

async function bringDown(data: string, mode: RestartMode): Promise<void> {
  if (mode !== 'kill') return stopPostmaster(data, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0])
  process.kill(pid, 'SIGKILL')
  while ((await identifyProcess(pid, data)) !== 'other') await new Promise(setImmediate)
}

function dataOf(folder: string): string {
  return join(folder, 'server', 'cluster', 'data')
}

/** Ends the servers and removes the folders of runs that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) continue
    const folder = join(tmpdir(), name)
    if (existsSync(dataOf(folder))) await stopPostmaster(dataOf(folder), 'SIGQUIT')
    await rm(folder, { recursive: true, force: true })
  }
}
