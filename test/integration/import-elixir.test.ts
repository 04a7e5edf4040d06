import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EventStore } from '../../src/index.ts'
import { commandLine } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { elixirSource, importElixir } from '../support/elixir-import.ts'
import type { ElixirEvent, ElixirStore } from '../support/elixir-store.ts'
import { freshSchema, freshStore } from '../support/fresh-store.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()

const TIMES = ['2020-01-01T00:00:00.000001Z', '2021-06-15T12:30:45.678Z', '2022-12-31T23:59:59.999999Z']

function event(n: number, more: Partial<ElixirEvent> = {}): ElixirEvent {
  return { type: `Elixir.Shop.Event${n % 3}`, data: `{"n":${n},"big":12345678901234567890}`, ...more }
}

function source(data: 'bytea' | 'jsonb', build: (elixir: ElixirStore) => Promise<unknown>): Promise<string> {
  return elixirSource(database.connectionString, { version: '1.4', data }, build)
}

/** A source with something of everything. */
async function everything(elixir: ElixirStore): Promise<void> {
  const cause = randomUUID()
  const ids = await elixir.append('order-1', [
    event(1, { id: cause, at: TIMES[0] as string, metadata: '{"user":"ann"}' }),
    event(2, { causation: cause, correlation: cause, at: TIMES[1] as string }),
    event(3, { at: TIMES[2] as string, data: '"text with \\"quotes\\" and é"' }),
  ])
  const gone = await elixir.append('gone', [event(4), event(5)])
  const kept = await elixir.append('order-2', [event(6)])
  await elixir.link('links', [kept[0] as string, gone[0] as string, ids[2] as string])
  await elixir.link('ends-in-hole', [ids[0] as string, gone[1] as string])
  await elixir.append('hidden', [event(7)])
  await elixir.append('name with "quotes" and <b>', [event(8)])
  await elixir.append('gone-too', [event(9)])
  await elixir.softDelete('hidden')
  await elixir.hardDelete('gone')
  await elixir.hardDelete('gone-too')
  await elixir.subscribe('$all', 'projector', 4)
  await elixir.subscribe('order-1', 'mailer', 2)
  await elixir.subscribe('order-1', 'new', null)
  await elixir.snapshot('order-1', 3, 'Elixir.Shop.Order', '{"total":12}')
}

function importFrom(schema: string, into: string, ...more: readonly string[]) {
  return importElixir(database.connectionString, schema, into, ...more)
}

async function numbersIn(store: EventStore, stream: string): Promise<readonly (readonly [number, number])[]> {
  const events = await store.read(stream).toArray()
  return events.map(({ eventNumber, data }) => [eventNumber, (data as { n: number }).n] as const)
}

describe.each([
  ['bytea', 'json'],
  ['bytea', 'jsonb'],
  ['bytea', 'bytea'],
  ['jsonb', 'json'],
  ['jsonb', 'jsonb'],
  ['jsonb', 'bytea'],
] as const)('a source with data in %s, imported into a store with payload %s,', (data, payload) => {
  test('is there as it was: streams, events, links, deletions, holes, subscriptions and snapshots', async () => {
    const schema = await source(data, everything)
    await using store = await freshStore(database.connectionString, { payload, enableHardDeletes: true })
    const { exitCode, stdout, stderr } = await importFrom(schema, store.schema)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('they are the same') })
    expect(stdout).toMatch(/^events +6 +6 +0$/m)

    const all = await store.read('$all').toArray()
    expect(all.map(({ position, streamName, streamVersion }) => [position, streamName, streamVersion])).toEqual([
      [1, 'order-1', 1],
      [2, 'order-1', 2],
      [3, 'order-1', 3],
      [6, 'order-2', 1],
      [7, 'hidden', 1],
      [8, 'name with "quotes" and <b>', 1],
    ])
    expect(all[0]).toMatchObject({
      type: 'Elixir.Shop.Event1',
      metadata: { user: 'ann' },
      createdAt: new Date(TIMES[0] as string),
    })
    expect(all[1]).toMatchObject({ causationId: all[0]?.id, correlationId: all[0]?.id, metadata: {} })
    expect(all[2]?.data).toBe('text with "quotes" and é')
    expect(await numbersIn(store, 'links')).toEqual([
      [1, 6],
      [3, undefined],
    ])
    expect(await numbersIn(store, 'ends-in-hole')).toEqual([[1, 1]])
    expect(await store.getStream('ends-in-hole')).toMatchObject({ version: 2 })
    const { items } = await store.listStreams({ search: 'hidden' })
    const [hidden] = await runSql<{ deleted_at: Date }>(
      database.connectionString,
      `SELECT deleted_at FROM "${schema}".streams WHERE stream_uuid = 'hidden'`,
    )
    expect(items).toMatchObject([{ status: 'deleted' }])
    expect(Math.abs(Number(items[0]?.deletedAt) - Number(hidden?.deleted_at))).toBeLessThanOrEqual(1)
    expect(await store.getStream('$all')).toMatchObject({ version: 9 })
    expect((await store.listSubscriptions()).map(({ stream, name, checkpoint }) => [stream, name, checkpoint])).toEqual(
      [
        ['$all', 'projector', 4],
        ['order-1', 'mailer', 2],
        ['order-1', 'new', 0],
      ],
    )
    expect(await store.readSnapshot('order-1')).toMatchObject({
      sourceVersion: 3,
      sourceType: 'Elixir.Shop.Order',
      data: { total: 12 },
    })
  })

  test('goes on where the source was: numbers, subscriptions, and the names of streams that are gone', async () => {
    const schema = await source(data, everything)
    await using store = await freshStore(database.connectionString, { payload })
    expect((await importFrom(schema, store.schema)).exitCode).toBe(0)
    const append = (stream: string, expectedVersion: number | 'no-stream') =>
      store.append(stream, { type: 'New', data: { n: 0 } }, { expectedVersion })
    expect(await append('order-1', 3)).toMatchObject({ streamVersion: 4, position: 10 })
    expect(await append('ends-in-hole', 2)).toMatchObject({ streamVersion: 3, position: 11 })
    expect(await append('gone', 'no-stream')).toMatchObject({ streamVersion: 1, position: 12 })
    const subscription = store.subscribe('$all', 'projector')
    const given: number[] = []
    for await (const { position } of subscription.connect()) if (given.push(position) === 1) break
    expect(given).toEqual([6])
  })
})

describe('an import', () => {
  test('changes nothing when it is repeated', async () => {
    const schema = await source('jsonb', everything)
    await using store = await freshStore(database.connectionString)
    expect(await importFrom(schema, store.schema, '--json')).toMatchObject({ exitCode: 0 })
    const again = await importFrom(schema, store.schema, '--json')
    expect(again.rows[0]).toMatchObject({ command: 'import-elixir', events: 6, added: 0 })
    expect(again.rows.slice(1)).toContainEqual({ kind: 'event', source: 6, store: 6, different: 0 })
  })

  test('that stopped in the middle goes on from there', async () => {
    const schema = await source('bytea', everything)
    await using store = await freshStore(database.connectionString)
    // As an import leaves it that was ended after its first events.
    await using complete = await freshStore(database.connectionString)
    expect((await importFrom(schema, complete.schema)).exitCode).toBe(0)
    const { schema: from } = complete
    for (const text of [
      `"${store.schema}".streams (created_at, deleted_at, stream_name)
         SELECT created_at, deleted_at, stream_name FROM "${from}".streams WHERE stream_id > 0 ORDER BY stream_id`,
      `"${store.schema}".events SELECT * FROM "${from}".events WHERE position <= 2`,
    ]) {
      await runSql(database.connectionString, `INSERT INTO ${text}`)
    }
    const { rows, exitCode, stderr } = await importFrom(schema, store.schema, '--json')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(rows[0]).toMatchObject({ events: 6 })
    expect(rows[0]?.added).toBeLessThan(18)
    expect(await numbersIn(store, '$all')).toEqual(await numbersIn(complete, '$all'))
  })

  test('of what Erlang wrote says where it stops, and takes a module that decodes it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'eventstore-decoder-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const decoder = join(folder, 'decoder.mjs')
    await writeFile(decoder, 'export default (bytes, { type, part }) => ({ type, part, n: bytes[3] })')
    const term = Buffer.from([131, 104, 2, 42, 255])
    const schema = await source('bytea', async (elixir) => {
      await elixir.append('s', [event(1), { type: 'Term', data: term, metadata: term }])
      await elixir.snapshot('s', 2, 'State', term)
    })
    await using store = await freshStore(database.connectionString)
    const refused = await importFrom(schema, store.schema)
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/position 2,.*must be JSON.*--decoder/),
    })
    await using decoded = await freshStore(database.connectionString)
    expect(await importFrom(schema, decoded.schema, '--decoder', decoder)).toMatchObject({ exitCode: 0 })
    expect((await decoded.read('s').toArray())[1]).toMatchObject({
      data: { type: 'Term', part: 'data', n: 42 },
      metadata: { type: 'Term', part: 'metadata', n: 42 },
    })
    expect(await decoded.readSnapshot('s')).toMatchObject({ data: { type: 'State', part: 'data', n: 42 } })
  })

  test('only reads the source: with a role that may do nothing else', async () => {
    const schema = await source('jsonb', everything)
    const role = `reader_${randomUUID().slice(0, 8)}`
    await runSql(database.connectionString, `CREATE ROLE "${role}" LOGIN PASSWORD 'secret'`)
    await runSql(database.connectionString, `GRANT USAGE ON SCHEMA "${schema}" TO "${role}"`)
    await runSql(database.connectionString, `GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO "${role}"`)
    try {
      const url = new URL(database.connectionString)
      url.username = role
      url.password = 'secret'
      await using store = await freshStore(database.connectionString)
      const args = ['import-elixir', '--from', url.href, '--from-schema', schema, '--schema', store.schema]
      expect(await commandLine(database.connectionString, args)).toMatchObject({ exitCode: 0 })
    } finally {
      await runSql(database.connectionString, `DROP OWNED BY "${role}"`)
      await runSql(database.connectionString, `DROP ROLE "${role}"`)
    }
  })

  test('into a store that holds something else is refused, and changes nothing', async () => {
    const schema = await source('jsonb', everything)
    await using store = await freshStore(database.connectionString)
    await store.append('order-1', { type: 'Mine', data: { n: 1 } }, { expectedVersion: 'any' })
    const refused = await importFrom(schema, store.schema)
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('the store holds something else') })
    expect(refused.stderr).not.toMatch(/\.\.|What was imported before stays/)
    expect(await numbersIn(store, '$all')).toEqual([[1, 1]])
  })

  test('tells of records that differ, and fails', async () => {
    const schema = await source('jsonb', everything)
    await using store = await freshStore(database.connectionString)
    expect(await importFrom(schema, store.schema)).toMatchObject({ exitCode: 0 })
    const update = `UPDATE "${store.schema}".events SET data = '{"n":7}' WHERE position = 2`
    await runSql(database.connectionString, `SET session_replication_role = replica; ${update}`)
    expect(await importFrom(schema, store.schema)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^events +6 +6 +1$/m),
      stderr: expect.stringMatching(/position 2,.* differs in data/),
    })
  })

  test.each([
    [
      'a schema without its tables',
      async () => 'nothing_there',
      /There is no EventStore of Elixir's in schema "nothing_there".*--from-schema/,
    ],
    [
      'a schema of another version',
      () =>
        source('jsonb', () => Promise.resolve()).then(async (schema) => {
          await runSql(
            database.connectionString,
            `ALTER TABLE "${schema}".stream_events DROP COLUMN original_stream_version`,
          )
          return schema
        }),
      /\(version 1.3.2\) has no column stream_events.original_stream_version.*mix event_store.migrate/,
    ],
    [
      'names that cannot be stored',
      () => source('jsonb', (elixir) => elixir.append('line\nbreak', [event(1)])),
      /cannot be stored.*control character.*Nothing was imported/,
    ],
  ])('from %s is refused, and says what to do', async (_, make, message) => {
    await using store = await freshStore(database.connectionString)
    const refused = await importFrom(await make(), store.schema)
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toMatch(message)
    expect((await store.listStreams()).totalItems).toBe(1)
  })

  test.each([
    ['no URL', [], /--from is missing/],
    [
      'a decoder that is not there',
      ['--from', 'postgres://127.0.0.1:1/x', '--decoder', '/no/such/file.js'],
      /cannot be loaded/,
    ],
  ])('with %s is wrong usage', async (_, args, message) => {
    const refused = await commandLine(database.connectionString, ['import-elixir', ...args, '--schema', freshSchema()])
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) })
  })
})
