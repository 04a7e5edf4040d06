import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { countedEvent, elixirImports } from '../support/elixir-import.ts'
import type { ElixirTables } from '../support/elixir-tables.ts'
import { freshStore } from '../support/fresh-store.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()
const { source, importFrom } = elixirImports(database)

beforeAll(async () => {
  // Times are what they are, wherever who reads them has his clock.
  const name = new URL(database.connectionString).pathname.slice(1)
  await runSql(database.connectionString, `ALTER DATABASE "${name}" SET timezone = 'Asia/Tokyo'`)
  await runSql(database.connectionString, `ALTER DATABASE "${name}" SET datestyle = 'German, DMY'`)
})

async function numbersOf(store: EventStore, stream: string): Promise<readonly (readonly [number, unknown])[]> {
  const events = await store.read(stream).toArray()
  return events.map(({ eventNumber, data }) => [eventNumber, (data as { n: number }).n])
}

describe.each<ElixirTables & { readonly says: string }>([
  { version: '0.14', data: 'bytea', says: '0.14.0' },
  { version: '0.17', data: 'bytea', says: '0.17.0' },
  { version: '0.17', data: 'jsonb', says: '0.17.0' },
  { version: '1.1', data: 'bytea', says: '1.1.0' },
  { version: '0.17 to 1.4', data: 'bytea', says: '1.3.2' },
  { version: '1.4', data: 'bytea', says: '1.3.2' },
  { version: '1.4', data: 'jsonb', says: '1.3.2' },
  { version: '1.4', data: 'bytea', metadata: 'jsonb', says: '1.3.2' },
  { version: '1.4', data: 'jsonb', metadata: 'bytea', says: '1.3.2' },
])('tables of version $version with $data and metadata in $metadata', ({ says, ...tables }) => {
  test('are imported: events, times, links, subscriptions, snapshots', async () => {
    const cause = randomUUID()
    const schema = await source(tables, async (elixir) => {
      const at = '2021-03-28T01:30:00.000001Z'
      const [first] = await elixir.append('order-1', [
        { ...countedEvent(1), at, metadata: '{"user":"ann"}', causation: cause },
        countedEvent(2),
      ])
      await elixir.append('order-2', [countedEvent(3)])
      await elixir.append('order-1', [countedEvent(4)])
      await elixir.link('links', [first as string])
      await elixir.subscribe('$all', 'projector', 3)
      await elixir.snapshot('order-1', 3, 'Elixir.Shop.Order', '{"total":1}', 'null')
      await elixir.snapshot('order-1', 4, 'Elixir.Shop.Order', '{"total":2}', '{"by":"bob"}')
    })
    await using store = await freshStore(database.connectionString)
    const { exitCode, stderr } = await importFrom(schema, store.schema)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('they are the same') })
    expect(stderr).toContain(`schema version ${says}, up to position 4.`)

    const [first, ...others] = await store.read('$all').toArray()
    expect(first).toMatchObject({
      position: 1,
      streamName: 'order-1',
      streamVersion: 1,
      type: 'Elixir.Shop.Counted',
      data: { n: 1 },
      metadata: { user: 'ann' },
      causationId: cause,
      correlationId: null,
      createdAt: new Date('2021-03-28T01:30:00.000Z'),
    })
    expect(others.map(({ streamName, streamVersion, data }) => [streamName, streamVersion, data])).toEqual([
      ['order-1', 2, { n: 2 }],
      ['order-2', 1, { n: 3 }],
      ['order-1', 3, { n: 4 }],
    ])
    const [microseconds] = await runSql<{ at: string }>(
      database.connectionString,
      `SELECT to_char(created_at AT TIME ZONE 'UTC', 'HH24:MI:SS.US') AS at FROM "${store.schema}".events WHERE position = 1`,
    )
    expect(microseconds?.at).toBe('01:30:00.000001')
    expect(await numbersOf(store, 'links')).toEqual([[1, 1]])
    expect(await store.listSubscriptions()).toMatchObject([{ stream: '$all', name: 'projector', checkpoint: 3 }])
    expect(await store.readSnapshot('order-1')).toMatchObject({
      sourceVersion: 4,
      data: { total: 2 },
      metadata: { by: 'bob' },
    })
  })
})

test('metadata that are missing, or JSON that says null, are an empty object', async () => {
  const schema = await source({ version: '1.4', data: 'bytea' }, async (elixir) => {
    await elixir.append('s', [
      { ...countedEvent(1), metadata: null },
      { ...countedEvent(2), metadata: 'null' },
      { ...countedEvent(3), metadata: '{"a":null}' },
    ])
    await elixir.snapshot('s', 3, 'State', 'null', 'null')
  })
  await using store = await freshStore(database.connectionString)
  expect(await importFrom(schema, store.schema)).toMatchObject({ exitCode: 0 })
  expect((await store.read('s').toArray()).map(({ metadata }) => metadata)).toEqual([{}, {}, { a: null }])
  expect(await store.readSnapshot('s')).toMatchObject({ data: null, metadata: {} })
})

describe('hard deletes', () => {
  test('of a stream that only links leave holes where the linked events were', async () => {
    const schema = await source({ version: '1.4', data: 'bytea' }, async (elixir) => {
      const ids = await elixir.append('order-1', [countedEvent(1), countedEvent(2), countedEvent(3)])
      await elixir.append('order-2', [countedEvent(4)])
      await elixir.link('report', [ids[1] as string, ids[2] as string])
      await elixir.hardDelete('report')
    })
    await using store = await freshStore(database.connectionString)
    expect(await importFrom(schema, store.schema)).toMatchObject({ exitCode: 0 })
    expect(await numbersOf(store, '$all')).toEqual([
      [1, 1],
      [4, 4],
    ])
    expect(await numbersOf(store, 'order-1')).toEqual([[1, 1]])
    const next = await store.append('order-1', { type: 'New', data: {} }, { expectedVersion: 3 })
    expect(next).toMatchObject({ streamVersion: 4, position: 5 })
  })

  test('do not let a subscription skip the events of a stream that is created anew, before or after the import', async () => {
    const schema = await source({ version: '1.4', data: 'bytea' }, async (elixir) => {
      await elixir.append('gone', [countedEvent(1), countedEvent(2), countedEvent(3)])
      await elixir.append('again', [countedEvent(4), countedEvent(5), countedEvent(6)])
      await elixir.append('kept', [countedEvent(7), countedEvent(8), countedEvent(9)])
      for (const stream of ['gone', 'again', 'kept']) await elixir.subscribe(stream, 'mailer', 3)
      await elixir.hardDelete('gone')
      await elixir.hardDelete('again')
      await elixir.append('again', [countedEvent(10)])
      await elixir.subscribe('kept', 'from before the start', -2)
    })
    await using store = await freshStore(database.connectionString)
    const { exitCode, stderr } = await importFrom(schema, store.schema)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('they are the same') })
    expect(stderr).toMatch(/Checkpoints past the end .*: 2 \("mailer" of "again", "mailer" of "gone"\)\. They become 0/)

    await store.append('gone', { type: 'New', data: { n: 11 } }, { expectedVersion: 'no-stream' })
    await store.append('kept', { type: 'New', data: { n: 12 } }, { expectedVersion: 3 })
    const given = async (stream: string, name = 'mailer') => {
      for await (const { data } of store.subscribe(stream, name).connect()) return data
      throw new Error('expected an event')
    }
    expect(await given('gone')).toEqual({ n: 11 })
    expect(await given('again')).toEqual({ n: 10 })
    expect(await given('kept')).toEqual({ n: 12 })
    expect(await given('kept', 'from before the start')).toEqual({ n: 7 })
  })
})

test('a link of an event that was not there leaves a hole, at the end of a stream too', async () => {
  const schema = await source({ version: '1.4', data: 'jsonb' }, async (elixir) => {
    const [one, two] = await elixir.append('order-1', [countedEvent(1), countedEvent(2)])
    await elixir.link('links', [one as string, randomUUID(), two as string, randomUUID()])
  })
  await using store = await freshStore(database.connectionString)
  expect(await importFrom(schema, store.schema)).toMatchObject({ exitCode: 0 })
  expect(await numbersOf(store, 'links')).toEqual([
    [1, 1],
    [3, 2],
  ])
  expect(await store.getStream('links')).toMatchObject({ version: 4 })
})
