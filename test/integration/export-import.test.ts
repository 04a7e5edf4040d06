import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore, type RecordedEvent, type StreamInfo } from '../../src/index.ts'
import { exportStore } from '../../src/operations/export/export-store.ts'
import { startProxy } from '../../torture/proxy.ts'
import { type CommandLineOptions, commandLine, type Printed } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { HOSTILE_NAMES, makeEverything, openRaw } from '../support/everything-store.ts'
import { exportLines } from '../support/export-lines.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { HARD } from '../support/hard-delete.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()
const PAYLOADS = ['json', 'jsonb', 'bytea'] as const
let folder = ''
let schemas = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eventstore-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(PAYLOADS)('an export of a store with something of everything (%s)', (payload) => {
  const source = `source_${payload}`
  let exported = ''
  beforeAll(async () => {
    await makeEverything(database.connectionString, source, payload)
    exported = await exportOf(source)
  })

  test('is the same again from the store that it was imported into', async () => {
    const copy = await emptySchema(payload)
    const { exitCode, stderr, rows } = await eventstore(['import', '--schema', copy, '--json'], { input: exported })
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(rows).toMatchObject([{ command: 'import', streams: countOf(exported, 'stream'), found: 0 }])
    const again = await exportOf(copy)
    expect(withoutTime(again)).toBe(withoutTime(exported))
    for (const kind of ['stream', 'event', 'link', 'version', 'snapshot', 'subscription']) {
      expect(countOf(again, kind), kind).toBeGreaterThan(1)
    }
  })

  test('is read from the copy as from the original', async () => {
    const copy = await copyOf(exported, payload)
    await using original = openRaw(database.connectionString, source, payload)
    await using imported = openRaw(database.connectionString, copy, payload)
    const events = await original.read('$all').toArray()
    expect(events.length).toBeGreaterThan(20)
    expect(await imported.read('$all').toArray()).toEqual(events)
    const streams = await streamsOf(original)
    expect(await streamsOf(imported)).toEqual(streams)
    for (const { name, status } of streams) {
      if (status === 'deleted') continue
      expect(await imported.read(name).toArray(), name).toEqual(await original.read(name).toArray())
    }
    for (const sourceId of ['order-1', ...HOSTILE_NAMES]) {
      expect(await imported.readSnapshot(sourceId)).toEqual(await original.readSnapshot(sourceId))
    }
    expect(await imported.listSubscriptions()).toEqual(await original.listSubscriptions())
    expect(await imported.getStream('$all')).toMatchObject({ version: (await original.getStream('$all')).version })
  })

  test('leaves a store that works on: no number is given twice', async () => {
    const copy = await copyOf(exported, payload)
    await using store = openRaw(database.connectionString, copy, payload)
    const { version: head } = await store.getStream('$all')
    const last = (await store.read('$all', { direction: 'backwards', limit: 1 }).toArray())[0] as RecordedEvent
    expect(head).toBe(last.position + 3) // the last three are gone
    const event = { type: 'New', data: '1' }
    expect(await store.append('order-1', event, { expectedVersion: 4 })).toEqual({
      streamVersion: 5,
      position: head + 1,
    })
    expect(await store.append('fresh', event, { expectedVersion: 'no-stream' })).toMatchObject({ position: head + 2 })
    expect(await store.append('gone', event, { expectedVersion: 'no-stream' })).toMatchObject({ streamVersion: 1 })
    expect(await store.link('links', [last.id], { expectedVersion: 4 })).toMatchObject({ streamVersion: 5 })
    expect(await store.link('only links', [last.id], { expectedVersion: 3 })).toMatchObject({ streamVersion: 4 })
    expect(await rejection(store.append('hidden', event, { expectedVersion: 'any' }))).toMatchObject({
      code: 'STREAM_DELETED',
    })
    await store.deleteStream('order-1', { ...HARD })
    expect(await rejection(store.getStream('order-1'))).toMatchObject({ code: 'STREAM_NOT_FOUND' })
    expect((await store.read('mixed').toArray()).map(({ eventNumber }) => eventNumber)).toEqual([3])
  })

  test('lets a subscription go on where it stood', async () => {
    const copy = await copyOf(exported, payload)
    await using store = openRaw(database.connectionString, copy, payload)
    const [, , ...rest] = await store.read('order-1').toArray()
    await using subscription = store.subscribe('order-1', 'of order-1')
    const handled: RecordedEvent[] = []
    const running = subscription.run((event) => void handled.push(event))
    await subscription.reached(4)
    expect(handled).toEqual(rest)
    await subscription.close()
    await running
  })

  test('imported again changes nothing', async () => {
    const copy = await copyOf(exported, payload)
    const { exitCode, rows } = await eventstore(['import', '--schema', copy, '--json'], { input: exported })
    expect(exitCode).toBe(0)
    expect(rows).toMatchObject([{ added: 0, found: exported.split('\n').length - 3 }])
    expect(withoutTime(await exportOf(copy))).toBe(withoutTime(exported))
  })

  test('goes on wherever an import has stopped, between any two of its records', async () => {
    const lines = exported.trimEnd().split('\n')
    const everywhere = [1, 2, ...placesOfKinds(lines)]
    for (const stop of new Set([5, ...(payload === 'json' ? everywhere : []), lines.length - 1])) {
      const copy = await emptySchema(payload)
      await importFirst(lines, stop, copy)
      const { exitCode, stderr } = await eventstore(['import', '--schema', copy], { input: exported })
      expect({ stop, exitCode, stderr }).toEqual({ stop, exitCode: 0, stderr: '' })
      expect(withoutTime(await exportOf(copy))).toBe(withoutTime(exported))
    }
  }, 120_000)
})

describe('data of another payload', () => {
  beforeAll(async () => {
    for (const payload of PAYLOADS) {
      await using store = new EventStore({
        connectionString: database.connectionString,
        schema: `plain_${payload}`,
        payload,
      })
      await store.migrate()
      await store.append('s', newEvents(3), { expectedVersion: 'any' })
      await store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: { n: [1.5] } })
    }
  })

  test.each(PAYLOADS.flatMap((from) => PAYLOADS.filter((to) => to !== from).map((to) => [from, to] as const)))(
    'is taken over where it is JSON: %s as %s',
    async (from, to) => {
      const copy = await copyOf(await exportOf(`plain_${from}`), to)
      await using original = new EventStore({ ...optionsOf(`plain_${from}`), payload: from })
      await using imported = new EventStore({ ...optionsOf(copy), payload: to })
      expect(await imported.read('$all').toArray()).toEqual(await original.read('$all').toArray())
      expect(await imported.readSnapshot('s')).toEqual(await original.readSnapshot('s'))
    },
  )

  test('is refused where it is no JSON, by the line, with what to do', async () => {
    const copy = await emptySchema('json')
    const exported = await exportOf('source_bytea')
    const { exitCode, stderr } = await eventstore(['import', '--schema', copy], { input: exported })
    expect(exitCode).toBe(1)
    const line = exported.split('\n').findIndex((text) => text.includes('"type":"Bytes"')) + 1
    expect(stderr).toContain(`Line ${line} of standard input: data must be JSON`)
    expect(stderr).toContain('--payload bytea')
  })

  test('is refused where jsonb cannot hold it, after all that comes before', async () => {
    const copy = await emptySchema('jsonb')
    const exported = await exportOf('source_json')
    const { stderr } = await eventstore(['import', '--schema', copy], { input: exported })
    const line = exported.split('\n').findIndex((text) => text.includes('1e400000')) + 1
    const position = Number(/"position":(\d+)/.exec(exported.split('\n')[line - 1] ?? '')?.[1])
    expect(stderr).toContain(`Line ${line} of standard input: `)
    const [row] = await runSql(database.connectionString, `SELECT max(position)::int AS last FROM ${copy}.events`)
    expect(row?.last).toBe(position - 1)
  })
})

test.each(['\\u0000', '\\ud800'])('an escape that jsonb cannot hold (%s) is refused by its line', async (escaped) => {
  const lines = exportLines(20).with(7, (exportLines(20)[7] ?? '').replace('{"n":1}', `{"n":"${escaped}"}`))
  const input = lines.join('\n')
  const { exitCode, stderr } = await eventstore(['import', '--schema', await emptySchema('jsonb')], { input })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Line 8 of standard input: ')
  expect(await eventstore(['import', '--schema', await emptySchema('json')], { input })).toMatchObject({ exitCode: 0 })
})

describe('a file', () => {
  beforeAll(() => copyOf(exportOfNothing(), 'json'))

  test('is compressed if its name ends in .gz, and read whatever its name is', async () => {
    const [plain, compressed] = [join(folder, 'a.ndjson'), join(folder, 'a.ndjson.gz')]
    for (const file of [plain, compressed]) {
      const { stdout } = await eventstore(['export', file, '--schema', 'source_json'])
      expect(stdout).toMatch(/^Exported \S+: \d+ events in [\d.]+ s, [\d,]+\/s, [\d.]+ kB\.\n$/)
    }
    const text = await readFile(plain, 'utf8')
    expect(withoutTime(gunzipSync(await readFile(compressed)).toString())).toBe(withoutTime(text))
    const renamed = join(folder, 'renamed')
    await writeFile(renamed, gzipSync(text))
    for (const file of [plain, compressed, renamed]) {
      const copy = await emptySchema('json')
      expect(await eventstore(['import', file, '--schema', copy])).toMatchObject({ exitCode: 0, stderr: '' })
      expect(withoutTime(await exportOf(copy))).toBe(withoutTime(text))
    }
  })

  test('that is there is replaced with --force only', async () => {
    const file = join(folder, 'there.ndjson')
    await writeFile(file, 'mine')
    expect(await eventstore(['export', file])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is there already: nothing was written. Replace it with --force.'),
    })
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect(await eventstore(['export', file, '--force'])).toMatchObject({ exitCode: 0 })
    expect(await readFile(file, 'utf8')).toContain('"record":"end"')
    expect(await eventstore(['export', '/dev/null', '--force'])).toMatchObject({ exitCode: 2 })
  })

  test('is not there, nor half of it, when the export fails', async () => {
    const before = await readdir(folder)
    for (const name of ['failed.ndjson', 'failed.ndjson.gz']) {
      const { exitCode, stderr } = await eventstore(['export', join(folder, name), '--schema', 'nowhere'])
      expect(exitCode).toBe(1)
      expect(stderr).toContain('holds no event store')
    }
    const interruption = new AbortController()
    interruption.abort(new Error('Interrupted.'))
    await eventstore(['export', join(folder, 'failed.ndjson')], { signal: interruption.signal })
    expect(await readdir(folder)).toEqual(before)
    expect(await eventstore(['export', join(folder, 'missing', 'a')])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('cannot be written: ENOENT'),
    })
  })

  test('that is not there, or a folder, cannot be imported', async () => {
    expect(await eventstore(['import', join(folder, 'missing')])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('cannot be read: ENOENT'),
    })
    expect(await eventstore(['import', folder])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('it is a folder'),
    })
  })
})

describe('an export of some streams', () => {
  test('has them with their events and those that they link, and nothing else', async () => {
    const { stdout } = await eventstore(['export', '--schema', 'source_json', '--stream', 'mixed', '--stream', 'odd'])
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records[0]).toMatchObject({ kind: 'part', streams: ['mixed', 'odd'] })
    expect(new Set(records.map(({ record }) => record))).toEqual(new Set(['header', 'stream', 'event', 'link', 'end']))
    expect(records.filter(({ record }) => record === 'stream').map(({ name }) => name)).toEqual(['odd', 'mixed'])
    const events = records.filter(({ record }) => record === 'event')
    expect(new Set(events.map(({ stream }) => stream))).toEqual(new Set(['order-1', 'odd', 'mixed']))
    expect(events.filter(({ stream }) => stream === 'order-1')).toHaveLength(3)
    expect(records.at(-1)).toMatchObject({ record: 'end', streams: 2, links: 3, events: events.length })
  })

  test('is refused by an import, with what to do instead', async () => {
    const { stdout: input } = await eventstore(['export', '--schema', 'source_json', '--stream', 'odd'])
    const { exitCode, stderr } = await eventstore(['import', '--schema', await emptySchema('json')], { input })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('append the events with `eventstore append`')
  })

  test('is refused for a stream that is not there, and for $all', async () => {
    expect(await eventstore(['export', '--stream', 'nowhere'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('Stream "nowhere" does not exist'),
    })
    expect(await eventstore(['export', '--stream', '$all'])).toMatchObject({ exitCode: 2 })
  })
})

describe('an export', () => {
  test('is the store at one moment, whatever is written meanwhile', async () => {
    await using store = await freshStore(database.connectionString, { enableHardDeletes: true })
    await store.append('a', newEvents(2_000), { expectedVersion: 'any' })
    let busy = true
    const writing = (async () => {
      for (let n = 1; busy; n++) {
        const { position } = await store.append(`b-${n}`, newEvents(10), { expectedVersion: 'any' })
        const [event] = await store.read('$all', { from: position, limit: 1 }).toArray()
        await store.link('links', [event?.id ?? ''], { expectedVersion: 'any' })
        if (n % 5 === 0) await store.deleteStream(`b-${n - 1}`, HARD)
      }
    })()
    try {
      for (const _ of range(1, 5)) {
        const copy = await copyOf(await exportOf(store.schema), 'json')
        const [row] = await runSql(
          database.connectionString,
          `SELECT (SELECT count(*) FROM ${copy}.links)::int AS links, (SELECT count(*) FROM ${copy}.streams)::int AS streams`,
        )
        expect(row?.links).toBeLessThan(row?.streams)
      }
    } finally {
      busy = false
      await writing
    }
  }, 60_000)

  test('leaves out what is being removed by a hard delete', async () => {
    await using store = await freshStore(database.connectionString, { enableHardDeletes: true })
    await store.append('gone', newEvents(3), { expectedVersion: 'any' })
    const [first] = await store.read('gone').toArray()
    await store.append('kept', newEvents(1), { expectedVersion: 'any' })
    await store.link('links', [first?.id ?? ''], { expectedVersion: 'any' })
    // The first step only, as after a crash.
    await runSql(database.connectionString, `SELECT ${store.schema}.delete_stream('gone', 'any', true)`)
    const before = await exportOf(store.schema)
    expect(countOf(before, 'event')).toBe(1)
    expect(countOf(before, 'link')).toBe(0)
    expect(before).toContain('{"record":"version","stream":"links","version":1}')
    await store.deleteStream('kept', { expectedVersion: 1 }) // goes on with nothing
    const copy = await copyOf(before, 'json')
    expect(withoutTime(await exportOf(copy))).toBe(withoutTime(before))
  })

  test('knows how far it has got, however many events before were hard deleted', async () => {
    await using store = await freshStore(database.connectionString, { enableHardDeletes: true })
    await store.append('gone', newEvents(3_000), { expectedVersion: 'any' })
    await store.append('kept', newEvents(3_000), { expectedVersion: 'any' })
    await store.deleteStream('gone', HARD)
    const found = []
    const { signal } = new AbortController()
    const options = { connectionString: database.connectionString, schemaName: store.schema, signal }
    for await (const { position, head, counts } of exportStore(options)) found.push({ position, head, ...counts })
    expect(found[0]).toMatchObject({ position: 0, head: 6_000, events: 0 })
    expect(found.at(-1)).toMatchObject({ position: 6_000, head: 6_000, events: 3_000 })
    const between = found.filter(({ events }) => events > 0 && events < 3_000)
    expect(between.length).toBeGreaterThan(1)
    for (const { position, events } of between) expect(position).toBe(3_000 + events)
  })

  test('says on standard error what it has done, as standard output holds the records', async () => {
    const { stdout, stderr } = await eventstore(['export', '--schema', 'source_json'])
    expect(stderr).toMatch(/^Exported \d+ events in [\d.]+ s, [\d,]+\/s, [\d.]+ kB\.\n$/)
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('record')
    expect((await eventstore(['export', '-', '--schema', 'source_json', '--json'])).stderr).toBe('')
  })
})

describe('an import', () => {
  test('is seen by who follows the store, event by event, none missing', async () => {
    await using source = await freshStore(database.connectionString)
    for (const n of range(1, 12)) await source.append(`s-${n % 3}`, newEvents(1_000, n), { expectedVersion: 'any' })
    await using target = await freshStore(database.connectionString)
    const end = new AbortController()
    const seen: number[] = []
    const following = (async () => {
      for await (const { position } of target.follow('$all', { after: 'start', signal: end.signal }))
        seen.push(position)
    })()
    const input = await exportOf(source.schema)
    expect((await eventstore(['import', '--schema', target.schema], { input })).exitCode).toBe(0)
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(12_000), { within: 10_000 })
    expect(seen).toEqual(range(1, 12_000))
    end.abort(new Error('enough'))
    expect(await rejection(following)).toBe(end.signal.reason)
  })

  test('whose server goes away says how to go on, and goes on', async () => {
    await using store = await freshStore(database.connectionString)
    let target = database.connectionString
    await using proxy = await startProxy(() => target)
    proxy.delay(50) // so that there is a time between two batches
    const input = exportLines(50_000).join('\n')
    const args = ['import', '--schema', store.schema]
    const running = commandLine(proxy.url, args, { input })
    await eventually(async () => expect((await store.getStream('$all')).version).toBeGreaterThanOrEqual(9_999), {
      within: 20_000,
      every: 2,
    })
    target = 'postgres://127.0.0.1:1/nowhere'
    proxy.cut()
    const { exitCode, stderr } = await running
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^Stopped after [\d,]+ events\. Repeat the same command to go on from there\.\nerror: /)
    expect((await eventstore(args, { input })).stdout).toMatch(
      /^Imported 50,000 events .* \d\d,\d+ of all records were/,
    )
    expect(await store.getStream('$all')).toMatchObject({ version: 50_000 })
  }, 60_000)

  test('is refused by a store that holds something else, which is not changed', async () => {
    const exported = await exportOf('source_json')
    await using other = await freshStore(database.connectionString)
    await other.append('other', newEvent(), { expectedVersion: 'any' })
    const before = await exportOf(other.schema)
    const { exitCode, stderr } = await eventstore(['import', '--schema', other.schema], { input: exported })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Line 2 of standard input: the store holds something else: expected stream name order-1')
    expect(stderr).toContain('found name other')
    expect(withoutTime(await exportOf(other.schema))).toBe(withoutTime(before))
  })

  test('is refused by a store that has gone on since, which is not changed', async () => {
    const exported = await exportOf('source_json')
    const copy = await copyOf(exported, 'json')
    await using store = openRaw(database.connectionString, copy, 'json')
    await store.append('order-1', { type: 'New', data: '1' }, { expectedVersion: 'any' })
    const before = await exportOf(copy)
    const { exitCode, stderr } = await eventstore(['import', '--schema', copy], { input: exported })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('expected no event after those of the import, found position')
    expect(withoutTime(await exportOf(copy))).toBe(withoutTime(before))
  })

  test.each<[string, (store: FreshStore) => Promise<unknown>]>([
    ['a snapshot', (store) => store.recordSnapshot({ sourceId: 'x', sourceVersion: 1, sourceType: 'X', data: 1 })],
    [
      'a subscription',
      ({ schema }) =>
        runSql(
          database.connectionString,
          `INSERT INTO ${schema}.subscriptions (stream_name, subscription_name) VALUES ('$all', 'x')`,
        ),
    ],
    [
      'numbers that were given',
      async (store) => {
        await store.append('x', newEvents(2), { expectedVersion: 'any' })
        await store.deleteStream('x', HARD)
      },
    ],
  ])('is refused by a store that has %s, before anything is written', async (_, fill) => {
    await using store = await freshStore(database.connectionString, { enableHardDeletes: true })
    await fill(store)
    const { exitCode, stderr } = await eventstore(['import', '--schema', store.schema], {
      input: await exportOf('source_json'),
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('before all streams are there')
    expect(await streamsOf(store)).toEqual([])
  })

  test('stops when somebody else writes meanwhile', async () => {
    await using source = await freshStore(database.connectionString)
    for (const n of range(1, 30)) await source.append('s', newEvents(1_000, n), { expectedVersion: 'any' })
    const input = await exportOf(source.schema)
    await using target = await freshStore(database.connectionString)
    const running = eventstore(['import', '--schema', target.schema], { input })
    await eventually(async () => expect((await target.getStream('$all')).version).toBeGreaterThan(0), { every: 1 })
    await target.append('mine', newEvent(), { expectedVersion: 'any' })
    const { exitCode, stderr } = await running
    expect(stderr).toContain('somebody else writes to the store')
    expect(exitCode).toBe(1)
  })

  test('needs a store', async () => {
    expect(await eventstore(['import', '--schema', 'nowhere'], { input: 'x' })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('holds no event store'),
    })
  })
})

function eventstore(args: readonly string[], options?: CommandLineOptions): Promise<Printed> {
  return commandLine(database.connectionString, args, options)
}

function optionsOf(schema: string) {
  return { connectionString: database.connectionString, schema }
}

async function exportOf(schema: string): Promise<string> {
  const { exitCode, stdout, stderr } = await eventstore(['export', '--schema', schema])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  return stdout
}

/** All but `$all`, which is as old as its schema. */
async function streamsOf(store: EventStore): Promise<readonly StreamInfo[]> {
  return (await store.listStreams({ pageSize: 100 })).items.filter(({ name }) => name !== '$all')
}

async function emptySchema(payload: (typeof PAYLOADS)[number]): Promise<string> {
  const schema = `copy_${++schemas}`
  await using store = new EventStore({ ...optionsOf(schema), payload })
  await store.migrate()
  return schema
}

async function copyOf(exported: string, payload: (typeof PAYLOADS)[number]): Promise<string> {
  const schema = await emptySchema(payload)
  const { exitCode, stderr } = await eventstore(['import', '--schema', schema], { input: exported })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return schema
}

function exportOfNothing(): string {
  const header = { record: 'header', format: 'pg-event-store', version: 1, kind: 'whole', payload: 'json', head: 0 }
  const end = { record: 'end', streams: 0, events: 0, links: 0, versions: 0, snapshots: 0, subscriptions: 0 }
  return `${JSON.stringify(header)}\n${JSON.stringify(end)}\n`
}

/** Imports so many lines, and no end. */
async function importFirst(lines: readonly string[], count: number, schema: string): Promise<void> {
  const first = lines.slice(0, count)
  const counts: Record<string, number> = {}
  for (const kind of ['stream', 'event', 'link', 'version', 'snapshot', 'subscription']) {
    counts[`${kind}s`] = first.filter((line) => line.startsWith(`{"record":"${kind}"`)).length
  }
  const input = [...first, JSON.stringify({ record: 'end', ...counts })].join('\n')
  expect(await eventstore(['import', '--schema', schema], { input })).toMatchObject({ exitCode: 0 })
}

/** Before and after the first record of each kind. */
function placesOfKinds(lines: readonly string[]): number[] {
  const kinds = lines.map((line) => line.slice(0, line.indexOf(',')))
  return lines
    .flatMap((_, index) => (kinds[index] === kinds[index - 1] ? [] : [index, index + 1]))
    .filter((n) => n > 0 && n < lines.length)
}

function countOf(exported: string, kind: string): number {
  return exported.split('\n').filter((line) => line.startsWith(`{"record":"${kind}"`)).length
}

/** The records, without when they were exported. */
function withoutTime(exported: string): string {
  return exported.replace(/"exportedAt":"[^"]*"/, '')
}
