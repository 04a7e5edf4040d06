import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { prepareBinaries } from '../../src/postgres/embedded/binaries.ts'
import type { ServerUser } from '../../src/postgres/embedded/user.ts'

/** Where programs of PostgreSQL are: the two that make a server, and where the others would be. */
export interface Programs {
  readonly initdb: string
  readonly postgres: string
  /** The path of another program, such as `pg_dump`. */
  readonly path: (name: string) => string
}

/** Where Debian and Ubuntu put the programs of each version. */
const INSTALLED = '/usr/lib/postgresql'

/** The programs of the embedded server: `initdb` and `postgres`, and no tools. */
export async function embeddedPrograms(user: ServerUser | undefined): Promise<Programs> {
  const { initdb, postgres } = await prepareBinaries(user)
  return { initdb, postgres, path: (name) => join(postgres, '..', name) }
}

/**
 * The programs of an installed PostgreSQL: in the folder that POSTGRES_BIN names, else the newest that Debian has. Rejects with an
 * error that names what is missing.
 */
export async function installedPrograms(tools: readonly string[]): Promise<Programs> {
  const folder = process.env.POSTGRES_BIN ?? (await newestInstalled())
  const needed = ['initdb', 'postgres', ...tools]
  const missing = folder === undefined ? needed : await withoutExisting(folder, needed)
  if (folder === undefined || missing.length > 0) {
    throw new Error(
      `Missing: ${missing.join(', ')}, looked for in ${folder ?? `${INSTALLED}/*/bin`}. Install PostgreSQL with its tools ` +
        '(Debian: `apt-get install postgresql`), or name the folder of its programs in POSTGRES_BIN.',
    )
  }
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), path: (name) => join(folder, name) }
}

async function newestInstalled(): Promise<string | undefined> {
  const versions = (await readdir(INSTALLED).catch(() => [])).map(Number).filter(Number.isInteger)
  return versions.length > 0 ? join(INSTALLED, String(Math.max(...versions)), 'bin') : undefined
}

async function withoutExisting(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.allSettled(names.map((name) => access(join(folder, name))))
  return names.filter((_, index) => found[index]?.status === 'rejected')
}
