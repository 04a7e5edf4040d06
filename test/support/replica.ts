import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { isRunning } from '../../src/postgres/embedded/temporary.ts'
import { findServerUser, type ServerUser } from '../../src/postgres/embedded/user.ts'
import { eventually } from './eventually.ts'
import { embeddedPrograms, installedPrograms, type Programs } from './replica-programs.ts'
import { ReplicaServer } from './replica-server.ts'
import { runSql } from './run-sql.ts'

const PREFIX = 'pg-event-store-replicas-'

type Settings = Readonly<Record<string, string>>

/** A folder in which servers of one password are created; `asyncDispose` ends them and removes it. */
export interface ReplicaFolder extends AsyncDisposable {
  readonly path: string
  readonly programs: Programs
  /** A server without a data folder; `settings` are its own, beside those of the folder. */
  create(name: string, settings?: Settings): Promise<ReplicaServer>
}

export interface ReplicaFolderOptions {
  /** The embedded server's programs, or those of an installed PostgreSQL that has these tools. */
  readonly tools: 'embedded' | readonly string[]
  readonly settings?: Settings
}

export async function createReplicaFolder({ tools, settings = {} }: ReplicaFolderOptions): Promise<ReplicaFolder> {
  await removeAbandoned()
  const created = await mkdtemp(join(await realpath(tmpdir()), `${PREFIX}${process.pid}-`))
  const servers: ReplicaServer[] = []
  const [user, password] = [await findServerUser(created), randomBytes(12).toString('hex')]
  await handOver(created, user)
  const dispose = async () => {
    await Promise.all(servers.map((server) => server.stop('immediate')))
    await rm(created, { recursive: true, force: true })
  }
  try {
    const programs = tools === 'embedded' ? await embeddedPrograms(user) : await installedPrograms(tools)
    return {
      path: created,
      programs,
      async create(name, own) {
        const server = await ReplicaServer.create({
          programs,
          user,
          folder: created,
          name,
          password,
          settings: { ...settings, ...own },
        })
        servers.push(server)
        return server
      },
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** One URL for both hosts: whoever connects by it finds the primary. */
export function urlOfBoth(one: ReplicaServer, other: ReplicaServer, database: string): string {
  const url = new URL(one.urlOf(database))
  const hosts = [one, other].map(({ port }) => `127.0.0.1:${port}`).join(',')
  return `postgres://${url.username}:${url.password}@${hosts}/${database}?sslmode=disable&target_session_attrs=read-write`
}

/** From now on the primary answers a COMMIT only when its standby has it on disk too. Resolves when that is so. */
export async function makeSynchronous(primary: ReplicaServer): Promise<void> {
  await runSql(primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'")
  await runSql(primary.url, 'SELECT pg_reload_conf()')
  await eventually(
    async () => {
      const rows = await runSql<{ sync_state: string }>(primary.url, 'SELECT sync_state FROM pg_stat_replication')
      if (!rows.some(({ sync_state }) => sync_state === 'sync')) {
        throw new Error(`Expected a synchronous standby, found ${JSON.stringify(rows)}`)
      }
    },
    { within: 30_000 },
  )
}

/** Root's temporary folders are root's alone; who runs the server has to get in. */
async function handOver(folder: string, user: ServerUser | undefined): Promise<void> {
  await chmod(folder, 0o755)
  if (user) await chown(folder, user.uid, user.gid)
}

/** Ends the servers and removes the folders of processes that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) continue
    const folder = join(tmpdir(), name)
    for (const entry of await readdir(folder)) await stopPostmaster(join(folder, entry), 'SIGQUIT').catch(() => {})
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}
