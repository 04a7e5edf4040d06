import { describe, expect, test } from 'vitest'
import {
  DuplicateEventError,
  EventNotFoundError,
  EventStore,
  type RecordedEvent,
  StreamNotFoundError,
} from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { appendTo, countRows, HARD, numbersIn } from '../support/hard-delete.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { countWaiting, runSql, withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const database = useDatabase()

const openStore = () => freshStore(database.connectionString, { enableHardDeletes: true })

describe('a hard delete that was interrupted', () => {
  /** Marks the stream as gone, and dies before anything was swept. */
  async function interruptedDelete({ schema }: FreshStore, stream: string): Promise<void> {
    const [row] = await runSql(
      database.connectionString,
      `SELECT outcome FROM ${schema}.delete_stream($1, 'any', true)`,
      [stream],
    )
    expect(row).toEqual({ outcome: 'ok' })
  }

  test('has hidden the events from every read', async () => {
    await using store = await openStore()
    const events = await appendTo(store, 's', 3)
    await appendTo(store, 'other', 1)
    await store.link('target', events, { expectedVersion: 'any' })
    await interruptedDelete(store, 's')
    expect(await countRows(database.connectionString, store, 'events')).toBe(4)
    expect(await rejection(store.read('s').toArray())).toBeInstanceOf(StreamNotFoundError)
    expect(await rejection(store.getStream('s'))).toBeInstanceOf(StreamNotFoundError)
    for (const batchSize of [1, 1_000]) {
      for (const direction of ['forwards', 'backwards'] as const) {
        const all = await store.read('$all', { direction, batchSize }).toArray()
        expect(all.map(({ position }) => position)).toEqual([4])
        expect(await store.read('target', { direction, batchSize }).toArray()).toEqual([])
      }
    }
    expect((await store.listStreams()).items.map(({ name }) => name)).toEqual(['$all', 'other', 'target'])
    expect((await store.listStreams()).totalItems).toBe(3)
  })

  test('lets nobody link the events, nor store their ids again', async () => {
    await using store = await openStore()
    const [event] = (await appendTo(store, 's', 1)) as [RecordedEvent]
    await interruptedDelete(store, 's')
    expect(await rejection(store.link('target', [event], { expectedVersion: 'any' }))).toBeInstanceOf(
      EventNotFoundError,
    )
    const again = { type: 'T', data: 1, id: event.id }
    const error = await rejection(store.append('s', again, { expectedVersion: 'no-stream' }))
    expect(error).toBeInstanceOf(DuplicateEventError)
    expect(String(error)).toMatch(/whose deletion is unfinished/)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
  })

  test('has freed the name: a stream of that name has only what is appended later', async () => {
    await using store = await openStore()
    await appendTo(store, 's', 3)
    await interruptedDelete(store, 's')
    await store.append('s', newEvents(2, 11), { expectedVersion: 'no-stream' })
    expect((await store.read('s').toArray()).map(({ data }) => data)).toEqual([{ n: 11 }, { n: 12 }])
    expect(await numbersIn(store, '$all')).toEqual([4, 5])
    await interruptedDelete(store, 's')
    expect(await numbersIn(store, '$all')).toEqual([])
  })

  test.each(['another', 'missing'])('is finished by the next hard delete: of %s stream', async (name) => {
    await using store = await openStore()
    await appendTo(store, 'another', 1)
    await appendTo(store, 'kept', 1)
    const events = await appendTo(store, 's', 3)
    await store.link('target', events, { expectedVersion: 'any' })
    await appendTo(store, 's-2', 3)
    await interruptedDelete(store, 's')
    await interruptedDelete(store, 's-2')
    await store.deleteStream(name, HARD).catch((error: unknown) => expect(error).toBeInstanceOf(StreamNotFoundError))
    expect(await countRows(database.connectionString, store, 'events')).toBe(name === 'another' ? 1 : 2)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
    await store.append('s', { type: 'T', data: 1, id: events[0]?.id }, { expectedVersion: 'no-stream' })
  })

  test('is finished in the middle of a stream, too', async () => {
    await using store = await openStore()
    await appendTo(store, 's', 100)
    await interruptedDelete(store, 's')
    await runSql(database.connectionString, `SELECT ${store.schema}.sweep(30)`)
    expect(await countRows(database.connectionString, store, 'events')).toBe(70)
    expect(await store.read('$all').toArray()).toEqual([])
    expect(await rejection(store.deleteStream('s', HARD))).toBeInstanceOf(StreamNotFoundError)
    expect(await countRows(database.connectionString, store, 'events')).toBe(0)
  })
})

describe('a link and a hard delete of the same events', () => {
  test('exclude each other: whichever comes first, no link is left to what is gone', async () => {
    await using store = await openStore()
    await using other = new EventStore({
      connectionString: database.connectionString,
      schema: store.schema,
      enableHardDeletes: true,
    })
    let linked = 0
    for (const round of range(1, 25)) {
      const stream = `s-${round}`
      const events = await appendTo(store, stream, 3)
      const target = `target-${round}`
      const [links] = await Promise.all([
        settled(range(1, 4).map((n) => store.link(`${target}-${n}`, events, { expectedVersion: 'no-stream' }))),
        other.deleteStream(stream, HARD),
      ])
      for (const error of links.errors) expect(error).toBeInstanceOf(EventNotFoundError)
      linked += links.values.length
      const names = (await store.listStreams({ search: `${target}-` })).items.map(({ name }) => name)
      expect(names).toHaveLength(links.values.length)
      for (const name of names) expect(await store.read(name).toArray()).toEqual([])
    }
    expect(linked).toBeLessThanOrEqual(100)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
    expect(await countRows(database.connectionString, store, 'events')).toBe(0)
  })

  test('wait for each other: a delete comes after the link of a transaction that was first', async () => {
    await using store = await openStore()
    const events = await appendTo(store, 's', 3)
    let deleted: Promise<void> | undefined
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).link('target', events, { expectedVersion: 'no-stream' })
      deleted = store.deleteStream('s', HARD)
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
      expect(await store.withClient(client).read('target').toArray()).toHaveLength(3)
      await client.query('COMMIT')
    })
    await deleted
    expect(await store.read('target').toArray()).toEqual([])
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
  })

  test('wait for each other: a link comes after the delete of a transaction that was first', async () => {
    await using store = await openStore()
    const events = await appendTo(store, 's', 3)
    let refused: Promise<unknown> | undefined
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).deleteStream('s', HARD)
      refused = rejection(store.link('target', events, { expectedVersion: 'no-stream' }))
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
      await client.query('COMMIT')
    })
    expect(await refused).toBeInstanceOf(EventNotFoundError)
    expect(await countRows(database.connectionString, store, 'links')).toBe(0)
  })
})

describe('appends during a hard delete', () => {
  test('go on, and are numbered without gaps of their own', async () => {
    await using store = await openStore()
    await appendTo(store, 's', 3_000)
    const [, ...results] = await Promise.all([
      store.deleteStream('s', HARD),
      ...range(1, 40).map((n) => store.append(`t-${n}`, { ...newEvent(n), id: uuidv7() }, { expectedVersion: 0 })),
    ])
    expect(results.map(({ position }) => position).toSorted((a, b) => a - b)).toEqual(range(3_001, 3_040))
    expect(await numbersIn(store, '$all')).toEqual(range(3_001, 3_040))
  })
})
