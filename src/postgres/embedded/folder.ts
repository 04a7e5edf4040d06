import { chown, mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConnectionError } from '../../errors.ts'
import { hasCode, ifMissing } from './missing.ts'
import { assertReachable, type ServerUser } from './user.ts'

/** Where the things of an embedded server are. `root` comes into being by one rename, data and password together. */
export interface Cluster {
  readonly folder: string
  readonly root: string
  readonly data: string
  readonly password: string
  readonly log: string
}

export const TEMPORARY_PREFIX = 'initdb-'
const ROOT = 'cluster'
const LOG = 'server.log'

/** Creates the folder if need be. One that is neither empty nor an embedded server's is refused, and left as it is. */
export async function prepareFolder(path: string, user: ServerUser | undefined): Promise<Cluster> {
  if (user) await assertReachable(path, user)
  await createFolder(path)
  const cluster = describeCluster(await realpath(path))
  const entries = await readdir(cluster.folder)
  if (!(await isOurs(cluster, entries))) throw foreign(cluster.folder)
  if (user && entries.length === 0) await chown(cluster.folder, user.uid, user.gid)
  if (user) await assertReachable(cluster.root, user)
  await assertOwned(cluster, user)
  return cluster
}

/** Whether a server was initialized here. */
export async function isInitialized({ data, password }: Cluster): Promise<boolean> {
  const found = await Promise.all(
    [join(data, 'PG_VERSION'), password].map((file) => stat(file).catch(ifMissing(undefined))),
  )
  return found.every((stats) => stats?.isFile())
}

function describeCluster(folder: string): Cluster {
  const root = join(folder, ROOT)
  return { folder, root, data: join(root, 'data'), password: join(root, 'password'), log: join(folder, LOG) }
}

async function createFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await mkdir(path, 0o700).catch((error) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
}

/** Ours are also what a kill has left half done, and what another process is about to initialize. */
async function isOurs(cluster: Cluster, entries: readonly string[]): Promise<boolean> {
  const leftovers = entries.every((entry) => entry === LOG || entry.startsWith(TEMPORARY_PREFIX))
  return leftovers || (await isInitialized(cluster))
}

async function assertOwned({ folder, root }: Cluster, user: ServerUser | undefined): Promise<void> {
  const expected = user?.uid ?? process.getuid?.()
  const found = await stat(root).then(({ uid }) => uid, ifMissing(expected))
  if (found === expected) return
  throw new ConnectionError(
    `The embedded server in ${folder} belongs to the user with id ${found}, expected ${expected}. ` +
      'Open it as the user who created it, or choose another folder.',
  )
}

function foreign(folder: string): ConnectionError {
  return new ConnectionError(
    `${folder} was left untouched: expected an empty folder or one of an embedded server, found other files in it. ` +
      'Choose another folder.',
  )
}
