import { describe, expect, test } from 'vitest'
import { EventStore, InvalidEventError, type Snapshot } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvents } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

function openStore(): EventStore {
  return new EventStore({ connectionString: database.connectionString })
}

function snapshotOf(sourceId: string, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    sourceId,
    sourceVersion: 100,
    sourceType: 'Order',
    data: { total: 12, lines: [{ product: 'tea', count: 3 }] },
    metadata: { by: 'ann' },
    createdAt: new Date('2001-02-03T04:05:06.789Z'),
    ...changes,
  }
}

describe('a snapshot', () => {
  test('is read back as it was recorded', async () => {
    await using store = openStore()
    const snapshot = snapshotOf('order-1')
    expect(await store.recordSnapshot(snapshot)).toBeUndefined()
    expect(await store.readSnapshot('order-1')).toEqual(snapshot)
  })

  test('that was never recorded is undefined', async () => {
    await using store = openStore()
    expect(await store.readSnapshot('missing')).toBeUndefined()
  })

  test('without metadata and createdAt has {} and the time of recording', async () => {
    await using store = openStore()
    await store.recordSnapshot({ sourceId: 'sparse', sourceVersion: 0, sourceType: 'Order', data: null })
    const snapshot = await store.readSnapshot('sparse')
    expect(snapshot).toEqual({
      sourceId: 'sparse',
      sourceVersion: 0,
      sourceType: 'Order',
      data: null,
      metadata: {},
      createdAt: expect.any(Date),
    })
    expect(Math.abs(Date.now() - Number(snapshot?.createdAt))).toBeLessThan(60_000)
  })

  test.each([7, 'text', true, [1, 2], { deep: { emoji: '🚀' } }, ''])('holds %j', async (data) => {
    await using store = openStore()
    await store.recordSnapshot(snapshotOf('data', { data }))
    expect((await store.readSnapshot('data'))?.data).toEqual(data)
  })

  test('needs no stream of that name, and leaves one alone', async () => {
    await using store = openStore()
    await store.append('order-2', newEvents(2), { expectedVersion: 'no-stream' })
    await store.recordSnapshot(snapshotOf('order-2'))
    await store.deleteSnapshot('order-2')
    expect(await store.read('order-2').toArray()).toHaveLength(2)
  })
})

describe('recording again replaces everything', () => {
  test.each([101, 100, 7])('with version %i after version 100', async (sourceVersion) => {
    await using store = openStore()
    await store.recordSnapshot(snapshotOf('replaced'))
    const second: Snapshot = {
      sourceId: 'replaced',
      sourceVersion,
      sourceType: 'OrderState',
      data: { total: 13 },
      metadata: {},
      createdAt: new Date('1999-01-01T00:00:00.001Z'),
    }
    await store.recordSnapshot(second)
    expect(await store.readSnapshot('replaced')).toEqual(second)
  })

  test('with createdAt of now when none is given', async () => {
    await using store = openStore()
    await store.recordSnapshot(snapshotOf('dated'))
    const { createdAt: _, ...undated } = snapshotOf('dated')
    await store.recordSnapshot(undated)
    const snapshot = await store.readSnapshot('dated')
    expect(Math.abs(Date.now() - Number(snapshot?.createdAt))).toBeLessThan(60_000)
  })

  test('of this source only', async () => {
    await using store = openStore()
    await store.recordSnapshot(snapshotOf('kept-1'))
    await store.recordSnapshot(snapshotOf('kept-2', { data: 2 }))
    await store.recordSnapshot(snapshotOf('kept-1', { data: 1 }))
    expect((await store.readSnapshot('kept-1'))?.data).toBe(1)
    expect((await store.readSnapshot('kept-2'))?.data).toBe(2)
  })
})

describe('deleting', () => {
  test('forgets the snapshot, and no other', async () => {
    await using store = openStore()
    await store.recordSnapshot(snapshotOf('deleted'))
    await store.recordSnapshot(snapshotOf('not-deleted'))
    await store.deleteSnapshot('deleted')
    expect(await store.readSnapshot('deleted')).toBeUndefined()
    expect(await store.readSnapshot('not-deleted')).toBeDefined()
  })

  test('a snapshot that is not there does nothing', async () => {
    await using store = openStore()
    expect(await store.deleteSnapshot('never')).toBeUndefined()
  })
})

describe("in a transaction of the caller's", () => {
  test('a snapshot is gone when he rolls back, and there when he commits', async () => {
    await using store = openStore()
    await withClient(database.connectionString, async (client) => {
      const transaction = store.withClient(client)
      await client.query('BEGIN')
      await transaction.recordSnapshot(snapshotOf('caller'))
      expect(await transaction.readSnapshot('caller')).toBeDefined()
      await client.query('ROLLBACK')
      expect(await store.readSnapshot('caller')).toBeUndefined()
      await client.query('BEGIN')
      await transaction.recordSnapshot(snapshotOf('caller'))
      await client.query('COMMIT')
      await client.query('BEGIN')
      await transaction.deleteSnapshot('caller')
      await client.query('ROLLBACK')
    })
    expect(await store.readSnapshot('caller')).toEqual(snapshotOf('caller'))
  })
})

describe('what is refused', () => {
  test.each<[string, object, new (...args: never[]) => Error]>([
    ['an empty source id', { sourceId: '' }, RangeError],
    ['a source id with a control character', { sourceId: 'a\u0000' }, RangeError],
    ['no source id', { sourceId: undefined }, TypeError],
    ['a negative version', { sourceVersion: -1 }, RangeError],
    ['a version that is no integer', { sourceVersion: 1.5 }, RangeError],
    ['a version that is a text', { sourceVersion: '1' }, TypeError],
    ['no source type', { sourceType: undefined }, TypeError],
    ['a createdAt that is no Date', { createdAt: '2001-01-01' }, TypeError],
    ['no data', { data: undefined }, InvalidEventError],
    ['data that JSON cannot say', { data: 1n }, InvalidEventError],
  ])('%s', async (_, changes, expected) => {
    await using store = openStore()
    expect(await rejection(store.recordSnapshot(snapshotOf('refused', changes)))).toBeInstanceOf(expected)
    expect(await store.readSnapshot('refused')).toBeUndefined()
  })
})

test.each(['json', 'jsonb', 'bytea'] as const)('snapshots are held in columns of type %s', async (payload) => {
  await using store = await freshStore(database.connectionString, { payload })
  const snapshot = snapshotOf('typed')
  await store.recordSnapshot(snapshot)
  expect(await store.readSnapshot('typed')).toEqual(snapshot)
})
