import { chmod, cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ConnectionError } from '../../errors.ts'
import { hasCode, ifMissing } from './missing.ts'
import { removeAbandoned, temporaryName } from './temporary.ts'
import { assertReachable, type ServerUser } from './user.ts'

/** Copies the programs to the folder for temporary files, once for each version and user; resolves to where they are. */
export async function copyPackage(source: string, version: string, user: ServerUser | undefined): Promise<string> {
  const name = `pg-event-store-postgres-${version}-${process.arch}-${process.getuid?.() ?? 'user'}`
  const target = join(tmpdir(), name)
  if (user) await assertReachable(target, user)
  await removeAbandoned(tmpdir(), `${name}.`)
  if (await isTrusted(target)) {
    if (await isWhole(source, target)) return target
    await discard(target)
  }
  const temporary = join(tmpdir(), temporaryName(`${name}.`))
  try {
    await copyTo(source, temporary)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST') || !(await isTrusted(target))) throw error
  }
  return target
}

/** Root runs what is in there: it must be our own, and writable by nobody else. False when there is nothing. */
async function isTrusted(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(ifMissing(undefined))
  if (!found) return false
  if (found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o022) === 0) return true
  throw new ConnectionError(
    `${folder} is where the PostgreSQL programs are copied to, but somebody else created it, or may write to it. ` +
      'Find out who, remove it, and open the embedded store again; or set TMPDIR to a folder of your own.',
  )
}

/** Folders for temporary files are cleaned of what was not used lately, file by file. */
async function isWhole(source: string, copy: string): Promise<boolean> {
  const [wanted, found] = await Promise.all(
    [source, copy].map((folder) => readdir(join(folder, 'native'), { recursive: true })),
  )
  const present = new Set(found)
  return wanted?.every((path) => present.has(path)) ?? false
}

/** Out of the way at once, for another process may be looking; then removed. */
async function discard(folder: string): Promise<void> {
  const aside = temporaryName(`${folder}.`)
  await rename(folder, aside).catch(ifMissing(undefined))
  await rm(aside, { recursive: true, force: true })
}

/** Whatever the source and the umask say: everybody may read and run it, only we may write it. */
async function copyTo(source: string, target: string): Promise<void> {
  await mkdir(target, 0o700)
  await cp(join(source, 'native'), join(target, 'native'), { recursive: true, verbatimSymlinks: true })
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin'
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644)
  }
  await chmod(target, 0o755)
}
