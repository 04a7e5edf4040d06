import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { HARD } from '../support/hard-delete.ts'
import { newEvent, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const EVENTS = 1_000_000
const STREAMS = 10_000
/** Bytes that a process may take at most: some pages of events, and the program itself. */
const MOST_MEMORY = 500_000_000

const database = useDatabase()
let folder = ''
let source: FreshStore
let file = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eventstore-large-'))
  file = join(folder, 'all.ndjson')
  source = await freshStore(database.connectionString, { enableHardDeletes: true })
  await fill(source)
})
afterAll(async () => {
  await source?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('a million events', () => {
  test('are exported in little memory, imported in little memory, and the same when they are exported again', async () => {
    tell(await run(['export', file, '--schema', source.schema]))
    await using copy = await freshStore(database.connectionString)
    tell(await run(['import', file, '--schema', copy.schema]))
    const again = join(folder, 'again.ndjson')
    await run(['export', again, '--schema', copy.schema])
    expect(await hashOf(again)).toBe(await hashOf(file))
    expect(await copy.getStream('$all')).toMatchObject({ version: (await source.getStream('$all')).version })
  })

  test('are imported though the import is killed time and again', async () => {
    await using copy = await freshStore(database.connectionString)
    for (const part of [1, 2, 3, 4]) {
      const child = start(['import', file, '--schema', copy.schema])
      await eventually(
        async () => expect((await copy.getStream('$all')).version).toBeGreaterThan((part * EVENTS) / 5),
        { within: 300_000 },
      )
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    tell(await run(['import', file, '--schema', copy.schema]))
    const again = join(folder, 'killed.ndjson.gz')
    tell(await run(['export', again, '--schema', copy.schema]))
    await using third = await freshStore(database.connectionString)
    tell(await run(['import', again, '--schema', third.schema]))
    const last = join(folder, 'third.ndjson')
    await run(['export', last, '--schema', third.schema])
    expect(await hashOf(last)).toBe(await hashOf(file))
  })
})

/** Streams of 100 events each but for holes, links to every hundredth event, and a million events less those of the holes. */
async function fill(store: FreshStore): Promise<void> {
  const perStream = EVENTS / STREAMS
  for (const first of range(0, STREAMS / 100 - 1)) {
    const appends = range(1, 100).map((n) => ({
      stream: `stream-${first * 100 + n}`,
      expectedVersion: 'no-stream' as const,
      events: range(1, perStream).map((number) => ({ ...newEvent(number), data: { number, text: 'x'.repeat(100) } })),
    }))
    await store.appendAll(appends)
  }
  await runSql(
    database.connectionString,
    `INSERT INTO ${store.schema}.streams (stream_name) VALUES ('links');
     INSERT INTO ${store.schema}.links (stream_id, stream_version, position)
     SELECT (SELECT stream_id FROM ${store.schema}.streams WHERE stream_name = 'links'), n, n * 100
     FROM generate_series(1, ${EVENTS / 100}) n`,
  )
  for (const n of [1, 5_000, STREAMS]) await store.deleteStream(`stream-${n}`, HARD)
}

interface Ran {
  readonly stdout: string
  /** The most bytes that it had in memory at any time; 0 where the system does not tell. */
  readonly memory: number
}

async function run(args: readonly string[]): Promise<Ran> {
  const child = start(args)
  let [stdout, stderr, memory] = ['', '', 0]
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    memory = Math.max(memory, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024)
  }, 200)
  const [exitCode] = await once(child, 'close')
  clearInterval(timer)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(memory).toBeLessThan(MOST_MEMORY)
  return { stdout, memory }
}

function start(args: readonly string[]): ChildProcess {
  const env = { ...process.env, DATABASE_URL: database.connectionString }
  return spawn(process.execPath, ['--import', LOADER, MAIN, ...args], { env, cwd: import.meta.dirname })
}

/** For whoever looks at the figures. */
function tell({ stdout, memory }: Ran): void {
  console.log(`${stdout.trim()} (${Math.round(memory / 1_000_000)} MB of memory)`)
}

/** Of all lines but the first, which says when. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (number++ > 0) hash.update(`${line}\n`)
  }
  return hash.digest('hex')
}
