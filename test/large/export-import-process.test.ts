import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventStore } from '../../src/index.ts'
import { commandLine } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { exportLines } from '../support/export-lines.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
/** Many times what a terminal or a pipe takes, and several batches. */
const EVENTS = 40_000

const database = useDatabase()
const lines = exportLines(EVENTS, { data: `{"text":"${'x'.repeat(80)}"}` })
const children: ChildProcess[] = []
let folder = ''
let file = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eventstore-import-'))
  file = join(folder, 'all.ndjson')
  await writeFile(file, `${lines.join('\n')}\n`)
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL') // what a test that failed has left
  await rm(folder, { recursive: true, force: true })
})

describe('an import that is killed', () => {
  test('is completed by another, and leaves a store that works on', async () => {
    await using store = await freshStore(database.connectionString)
    for (const reached of [9_999, 19_999]) {
      const child = start(['import', '--schema', store.schema])
      child.stdin?.on('error', () => {}) // it is killed
      child.stdin?.write(`${lines.slice(0, 35_000).join('\n')}\n`) // and no more comes
      await eventually(async () => expect(await head(store)).toBeGreaterThanOrEqual(reached), {
        within: 20_000,
        every: 2,
      })
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await eventually(async () => expect(((await head(store)) + 1) % 10_000).toBe(0)) // whole batches
    expect(await head(store)).toBeLessThan(EVENTS)

    const { exitCode, stderr, stdout } = await run(['import', file, '--schema', store.schema])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Imported 40,000 events in .*\d of all records were there already\.\n$/)
    const { stdout: again } = await commandLine(database.connectionString, ['export', '--schema', store.schema])
    expect(again.split('\n').slice(1)).toEqual([...lines.slice(1), ''])
    expect(await store.append('s', newEvents(1), { expectedVersion: EVENTS })).toMatchObject({ position: EVENTS + 1 })
  }, 60_000)
})

describe('an import that is interrupted', () => {
  test('ends after the batch that is being written, with 130, and is completed by another', async () => {
    await using store = await freshStore(database.connectionString)
    const child = start(['import', '--schema', store.schema])
    const printed = collect(child)
    child.stdin?.write(`${lines.slice(0, 35_000).join('\n')}\n`) // and no more comes
    await eventually(async () => expect(await head(store)).toBeGreaterThanOrEqual(20_000), { within: 20_000 })
    child.kill('SIGINT')
    const [exitCode] = await once(child, 'exit')
    child.stdin?.destroy()
    expect(exitCode).toBe(130)
    expect(printed.stderr).toMatch(/Stopped after [\d,]+ events\. Repeat the same command.*\nerror: Interrupted\.\n$/)
    expect(await run(['import', file, '--schema', store.schema])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await head(store)).toBe(EVENTS)
  }, 60_000)
})

describe('an export', () => {
  let store: EventStore & { readonly schema: string }
  beforeAll(async () => {
    store = await freshStore(database.connectionString)
    const events = newEvents(10_000).map((event) => ({ ...event, data: { text: 'x'.repeat(500) } }))
    for (const _ of range(1, 5)) await store.append('s', events, { expectedVersion: 'any' })
  })
  afterAll(() => store.close())

  test('ends quietly when whoever reads it has had enough', async () => {
    const script = `set -o pipefail; "$NODE" --import "$LOADER" "$MAIN" export --schema ${store.schema} --json | head -n 2`
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], {
      env: { ...environment(), NODE: process.execPath, LOADER, MAIN },
    })
    expect(stderr).toBe('')
    expect(stdout.split('\n').map((line) => line.slice(0, 18))).toEqual([
      '{"record":"header"',
      '{"record":"stream"',
      '',
    ])
  })

  test('into a pipe into an import is a copy', async () => {
    await using copy = await freshStore(database.connectionString)
    const cli = '"$NODE" --import "$LOADER" "$MAIN"'
    const script = `set -o pipefail; ${cli} export --schema ${store.schema} | gzip -1 | ${cli} import --schema ${copy.schema} --json`
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      env: { ...environment(), NODE: process.execPath, LOADER, MAIN },
    })
    expect(JSON.parse(stdout)).toMatchObject({ events: 50_000, added: 50_001 })
    expect(await head(copy)).toBe(50_000)
  }, 60_000)

  test.each(['interrupted.ndjson', 'interrupted.ndjson.gz'])(
    'to %s leaves no file when it is interrupted',
    async (name) => {
      const child = start(['export', join(folder, name), '--schema', store.schema])
      const printed = collect(child)
      await eventually(async () => expect((await readdir(folder)).join()).toContain(`${name}.`), {
        within: 20_000,
        every: 1,
      })
      child.kill('SIGINT')
      const [exitCode] = await once(child, 'exit')
      expect({ exitCode, stderr: printed.stderr }).toEqual({ exitCode: 130, stderr: 'error: Interrupted.\n' })
      expect(await readdir(folder)).toEqual(['all.ndjson'])
    },
  )

  test('waits on the server while nobody reads it, and is complete when somebody does, large events included', async () => {
    const text = 'x'.repeat(10_000_000)
    for (const n of range(1, 3)) await store.append(`large-${n}`, { type: 'L', data: { text } }, { expectedVersion: 0 })
    const child = start(['export', '--schema', store.schema])
    const closed = once(child, 'close')
    await once(child.stdout as Readable, 'readable')
    await eventually(async () => expect(await countBlocked()).toBe(1), { within: 20_000 })
    let bytes = 0
    for await (const piece of child.stdout as Readable) bytes += piece.length
    expect(bytes).toBeGreaterThan(55_000_000)
    expect(await closed).toEqual([0, null])
  }, 60_000)
})

/** How many exports wait for their clients to take more. */
async function countBlocked(): Promise<number> {
  const rows = await runSql(
    database.connectionString,
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE 'COPY (%' AND state = 'active' AND wait_event = 'ClientWrite'`,
  )
  return rows.length
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, DATABASE_URL: database.connectionString }
}

function start(args: readonly string[]): ChildProcess {
  const options = { env: environment(), cwd: import.meta.dirname }
  const child = spawn(process.execPath, ['--import', LOADER, MAIN, ...args], options)
  children.push(child)
  return child
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const printed = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    printed.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    printed.stderr += chunk
  })
  return printed
}

async function run(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const child = start(args)
  const printed = collect(child)
  const [exitCode] = await once(child, 'close')
  return { exitCode, ...printed }
}

async function head(store: EventStore): Promise<number> {
  return (await store.getStream('$all')).version
}
