import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { exportLines } from '../support/export-lines.ts'
import { newEvents } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { type RunningProgram, startOnTerminal, type TerminalOptions } from '../support/terminal.ts'

const database = useDatabase()
let folder = ''
let schemas = 0

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'eventstore-terminal-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.concurrent('a question', () => {
  test('is asked before a schema is dropped, and the name that is typed drops it', async () => {
    const schema = await markedSchema()
    const running = start(['drop', '--schema', schema])
    await shows(running, 'Type the name of the schema to go on: ')
    expect(running.output()).toContain(`This drops schema ${schema} in database`)
    expect(await isMarked(schema)).toBe(true)
    running.child.stdin.write(`${schema}\n`)
    expect((await running.ended).exitCode).toBe(0)
    expect(running.output()).toContain(`Dropped schema ${schema}`)
    expect(await isMarked(schema)).toBe(false)
  })

  test.each([
    ['another answer', 'yes\n', 1, 'nothing was changed'],
    ['the end of the input', '\x04', 1, 'nothing was changed'],
    ['Ctrl-C', '\x03', 130, 'Interrupted'],
  ])('changes nothing when it is answered with %s', async (_, typed, exitCode, said) => {
    const schema = await markedSchema()
    const running = start(['reset', '--schema', schema])
    await shows(running, 'to go on: ')
    running.child.stdin.write(typed)
    expect((await running.ended).exitCode).toBe(exitCode)
    expect(running.output()).toContain(said)
    expect(await isMarked(schema)).toBe(true)
  })
})

describe.concurrent('a hard delete', () => {
  test('tells how much is lost, and takes a name with spaces around it', async () => {
    const schema = await storeWith(3, ' s ')
    const running = start(['delete', ' s ', '--hard', '--schema', schema])
    await shows(running, 'Type the name of the stream to go on: ')
    expect(running.output()).toContain('This removes stream  s , which has version 3, in schema')
    running.child.stdin.write(' s \n')
    expect((await running.ended).exitCode).toBe(0)
    expect(running.output()).toContain('with its events.')
  })

  test('does nothing when it is interrupted at the question', async () => {
    const schema = await storeWith(1)
    const running = start(['delete', 's', '--hard', '--schema', schema])
    await shows(running, 'Type the name of the stream to go on: ')
    running.child.stdin.write('\x03')
    expect((await running.ended).exitCode).toBe(130)
    expect(running.output()).not.toContain('may have been done')
    await using store = new EventStore({ connectionString: database.connectionString, schema })
    expect(await store.getStream('s')).toMatchObject({ version: 1 })
  })

  test('asks nothing about a stream that is not there', async () => {
    const schema = await storeWith(1)
    const running = start(['delete', 'other', '--hard', '--schema', schema])
    expect((await running.ended).exitCode).toBe(1)
    expect(running.output()).toContain('Stream "other" does not exist')
    expect(running.output()).not.toContain('Type the name')
  })
})

describe.concurrent('what is typed', () => {
  test('is read as events until Ctrl-D, after a word about it', async () => {
    const schema = await storeWith(1)
    const running = start(['append', 't', '--expected-version', '0', '--schema', schema], { columns: 200 })
    await shows(running, 'Reading JSON, an event a line from the terminal; Ctrl-D ends it, Ctrl-C leaves.')
    running.child.stdin.write('{"type":"A","data":1}\n\x04')
    expect((await running.ended).exitCode).toBe(0)
    expect(running.output()).toContain('Appended 1 event to t')
  })
})

describe.concurrent('progress', () => {
  test.each([
    [80, /░ \d+% {2}[\d,]+ events {2}[\d,]+\/s {2}\d+ s left/],
    [40, /G {2}\d+% {2}[\d,]+\/s {2}\d+ s left/],
  ])(
    'of an import is a line that fits %i columns, and is gone in the end',
    async (columns, line) => {
      const schema = await newSchema()
      const file = join(folder, `${schema}.ndjson`)
      await writeFile(file, exportLines(60_000, { data: `{"text":"${'x'.repeat(200)}"}` }).join('\n'))
      const running = start(['import', file, '--schema', schema], { columns })
      expect((await running.ended).exitCode).toBe(0)
      expect(running.output()).toMatch(line)
      expect(running.output()).toContain('\x1b[1G\x1b[2KImported 60,000 events in ')
      expect(running.output(), 'a terminal that is left like that, would the process be killed').not.toContain('\x1b[?')
    },
    60_000,
  )
})

describe.concurrent('a terminal that can only print', () => {
  test('gets no colours, no bars and no lines that are written over', async () => {
    const schema = await storeWith(3)
    for (const args of [['doctor'], ['export', `dumb-${schema}.ndjson`], ['streams'], ['read', 's']]) {
      const running = start([...args, '--schema', schema], { env: { TERM: 'dumb' } })
      await running.ended
      expect(running.output(), args[0]).not.toContain('\x1b')
    }
  })
})

describe.concurrent('colours', () => {
  test('are shown on a terminal', async () => {
    const running = start(['migrations', '--schema', 'none_yet'])
    expect((await running.ended).exitCode).toBe(1)
    expect(running.output()).toContain('\x1b[33mpending\x1b[39m  0001-initial')
  })

  test('are not, if NO_COLOR is set', async () => {
    const running = start(['doctor'], { env: { NO_COLOR: '1' } })
    expect((await running.ended).exitCode).toBe(0)
    expect(running.output()).toMatch(/^ok {7}schema {8}Schema eventstore is up to date/m)
    expect(running.output()).not.toContain('\x1b[3')
  })
})

describe.concurrent('Ctrl-C', () => {
  test('ends what runs until then, quietly', async () => {
    const schema = await storeWith(3)
    const running = start(['tail', 's', '--after', 'start', '--schema', schema], { env: { NO_COLOR: '1' } })
    await shows(running, /^ {5}3 {2}/m)
    running.child.stdin.write('\x03')
    const { exitCode } = await running.ended
    expect(exitCode).toBe(130)
    expect(running.output()).not.toMatch(/error|Interrupted/)
  })

  test('ends a benchmark, which drops its schema first', async () => {
    const running = start(['bench'])
    await shows(running, '1 of 10: append, 1 at a time …')
    expect(await benchSchemas()).toHaveLength(1)
    running.child.stdin.write('\x03')
    const { exitCode } = await running.ended
    expect(exitCode).toBe(130)
    expect(await benchSchemas()).toEqual([])
  })
})

test.concurrent('what is printed fits the terminal, however narrow it is', async () => {
  const schema = await storeWith(3)
  const running = start(['doctor', '--schema', schema], { columns: 40 })
  expect((await running.ended).exitCode).toBe(0)
  const lines = plain(running.output()).split(/\r?\n/)
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.filter((line) => stringWidth(line) > 40)).toEqual([])
})

function start(args: readonly string[], options: TerminalOptions = {}): RunningProgram {
  const env = { DATABASE_URL: database.connectionString, ...options.env }
  return startOnTerminal(args, { folder, ...options, env })
}

async function shows(running: RunningProgram, what: string | RegExp): Promise<void> {
  await eventually(
    () => {
      if (typeof what === 'string') expect(running.output()).toContain(what)
      else expect(running.output()).toMatch(what)
    },
    { within: 20_000 },
  )
}

/** Without colours, and of a line that was written over only what stands there in the end. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return text.replace(/[^\n]*\r\x1b\[2K/g, '').replace(/\x1b\[[\d;]*m/g, '')
}

async function newSchema(): Promise<string> {
  const schema = `terminal_${++schemas}`
  await migrate({ connectionString: database.connectionString, schema })
  return schema
}

/** A schema of which one can tell whether it is the same later. */
async function markedSchema(): Promise<string> {
  const schema = await newSchema()
  await runSql(database.connectionString, `COMMENT ON SCHEMA ${schema} IS 'marked'`)
  return schema
}

async function isMarked(schema: string): Promise<boolean> {
  const text = `SELECT FROM pg_namespace WHERE nspname = $1 AND obj_description(oid) = 'marked'`
  return (await runSql(database.connectionString, text, [schema])).length === 1
}

/** A schema with so many events in a stream. */
async function storeWith(count: number, stream = 's'): Promise<string> {
  const schema = await newSchema()
  await using store = new EventStore({ connectionString: database.connectionString, schema })
  await store.append(stream, newEvents(count), { expectedVersion: 'no-stream' })
  return schema
}

async function benchSchemas(): Promise<readonly unknown[]> {
  return runSql(
    database.connectionString,
    `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'eventstore\\_bench\\_%'`,
  )
}
