import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConnectionError } from '../../errors.ts'
import { ifMissing } from './missing.ts'

/** The user who runs the server in root's stead. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Whom root runs the server as, for PostgreSQL refuses root: the owner of the folder, else `postgres`, else `nobody`.
 * Resolves to undefined for everybody else, who run it themselves.
 */
export async function findServerUser(folder: string): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(ifMissing('')))
  const owner = await stat(folder).then(({ uid }) => uid, ifMissing(0))
  const user =
    owner === 0 ? (named(users, 'postgres') ?? named(users, 'nobody')) : users.find(({ uid }) => uid === owner)
  if (user) return user
  throw new ConnectionError(
    `PostgreSQL refuses to run as root: expected ${owner === 0 ? 'a user postgres or nobody' : `the owner ${owner} of ${folder}`} ` +
      'in /etc/passwd to run it as, found none. Add such a user, or open the embedded store as an ordinary user.',
  )
}

/** The topmost folder on the way to `path` that this user may not enter; what does not exist yet is passed over. */
export async function findBarrier(path: string, user: ServerUser): Promise<string | undefined> {
  const ancestors: string[] = []
  for (let at = dirname(await resolveExisting(path)); ; at = dirname(at)) {
    ancestors.unshift(at)
    if (at === dirname(at)) break
  }
  for (const ancestor of ancestors) {
    if (!(await mayEnter(ancestor, user))) return ancestor
  }
  return undefined
}

/** Rejects with `ConnectionError` that names the folder in the way. */
export async function assertReachable(path: string, user: ServerUser): Promise<void> {
  const barrier = await findBarrier(path, user)
  if (barrier === undefined) return
  throw new ConnectionError(
    `PostgreSQL refuses to run as root, so it runs as user ${user.name}, who must be able to reach ${path} but may not enter ` +
      `${barrier}. Choose a folder elsewhere, allow it with \`chmod o+x ${barrier}\`, or run this program as an ordinary user.`,
  )
}

/** Whether the user may enter this folder, or run this file. */
export async function mayEnter(path: string, { uid, gid }: ServerUser): Promise<boolean> {
  const found = await stat(path).catch(ifMissing(undefined))
  if (!found) return true
  const bits = found.uid === uid ? found.mode >> 6 : found.gid === gid ? found.mode >> 3 : found.mode
  return (bits & 1) === 1
}

/** The path without symbolic links, as far as it exists. */
async function resolveExisting(path: string): Promise<string> {
  const found = await realpath(path).catch(ifMissing(undefined))
  return found ?? join(await resolveExisting(dirname(path)), basename(path))
}

function named(users: readonly ServerUser[], wanted: string): ServerUser | undefined {
  return users.find(({ name }) => name === wanted)
}

function parsePasswd(text: string): readonly ServerUser[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}
