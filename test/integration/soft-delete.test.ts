import { describe, expect, test } from 'vitest'
import {
  type DeleteStreamOptions,
  type EventStore,
  ReadOnlyStreamError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const database = useDatabase()

async function storeWithStream(): Promise<EventStore & { readonly schema: string }> {
  const store = await freshStore(database.connectionString, { enableHardDeletes: true })
  await store.append('s', newEvents(3), { expectedVersion: 'no-stream' })
  return store
}

describe('a stream is soft deleted', () => {
  test.each<DeleteStreamOptions>([
    { expectedVersion: 'stream-exists' },
    { expectedVersion: 'any' },
    { expectedVersion: 3 },
    { expectedVersion: 3, mode: 'soft' },
  ])('with %j', async (options) => {
    await using store = await storeWithStream()
    await store.deleteStream('s', options)
    expect(await rejection(store.getStream('s'))).toBeInstanceOf(StreamDeletedError)
  })

  test('by one of several deletions at once, and the others find it deleted', async () => {
    await using store = await storeWithStream()
    const { values, errors } = await settled(range(1, 5).map(() => store.deleteStream('s', { expectedVersion: 'any' })))
    expect(values).toHaveLength(1)
    expect(errors).toHaveLength(4)
    for (const error of errors) expect(error).toBeInstanceOf(StreamDeletedError)
  })

  test("in a transaction of the caller's, unless he rolls back", async () => {
    await using store = await storeWithStream()
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).deleteStream('s', { expectedVersion: 3 })
      expect(await rejection(store.withClient(client).read('s').toArray())).toBeInstanceOf(StreamDeletedError)
      await client.query('ROLLBACK')
      expect((await store.getStream('s')).version).toBe(3)
      await client.query('BEGIN')
      await store.withClient(client).deleteStream('s', { expectedVersion: 3 })
      await client.query('COMMIT')
    })
    expect(await rejection(store.getStream('s'))).toBeInstanceOf(StreamDeletedError)
  })
})

describe('a deletion is refused', () => {
  test.each([0, 1, 2, 4])(
    'with WrongExpectedVersionError when %i is expected of a stream at version 3',
    async (expectedVersion) => {
      await using store = await storeWithStream()
      const error = await rejection(store.deleteStream('s', { expectedVersion }))
      expect(error).toBeInstanceOf(WrongExpectedVersionError)
      expect(error).toMatchObject({ streamName: 's', expectedVersion, actualVersion: 3 })
      expect(await store.read('s').toArray()).toHaveLength(3)
    },
  )

  test.each(['any', 'stream-exists', 0, 5] as const)(
    'with StreamNotFoundError for a missing stream, when %j is expected',
    async (expectedVersion) => {
      await using store = await storeWithStream()
      const error = await rejection(store.deleteStream('missing', { expectedVersion }))
      expect(error).toBeInstanceOf(StreamNotFoundError)
      expect(error).toMatchObject({ streamName: 'missing' })
    },
  )

  test.each(['any', 'stream-exists', 0, 3, 5] as const)(
    'with StreamDeletedError for a stream that is deleted already, when %j is expected',
    async (expectedVersion) => {
      await using store = await storeWithStream()
      await store.deleteStream('s', { expectedVersion: 3 })
      expect(await rejection(store.deleteStream('s', { expectedVersion }))).toBeInstanceOf(StreamDeletedError)
    },
  )

  test('with ReadOnlyStreamError for $all', async () => {
    await using store = await storeWithStream()
    expect(await rejection(store.deleteStream('$all', { expectedVersion: 'any' }))).toBeInstanceOf(ReadOnlyStreamError)
    expect(await store.read('$all').toArray()).toHaveLength(3)
  })

  test("with RangeError or TypeError for 'no-stream', no version, and modes there are not", async () => {
    await using store = await storeWithStream()
    const bad = (options: object) => rejection(store.deleteStream('s', options as DeleteStreamOptions))
    expect(await bad({ expectedVersion: 'no-stream' })).toBeInstanceOf(RangeError)
    expect(await bad({})).toBeInstanceOf(TypeError)
    expect(await bad({ expectedVersion: 'any', mode: 'firm' })).toBeInstanceOf(RangeError)
    expect(await bad({ expectedVersion: 'any', hard: true })).toBeInstanceOf(TypeError)
    expect(await store.read('s').toArray()).toHaveLength(3)
  })
})

describe('a soft deleted stream', () => {
  test('cannot be read, in either direction', async () => {
    await using store = await storeWithStream()
    await store.deleteStream('s', { expectedVersion: 3 })
    for (const direction of ['forwards', 'backwards'] as const) {
      const error = await rejection(store.read('s', { direction }).toArray())
      expect(error).toBeInstanceOf(StreamDeletedError)
      expect(error).toMatchObject({ code: 'STREAM_DELETED', streamName: 's' })
    }
  })

  test.each(['any', 'no-stream', 'stream-exists', 0, 3] as const)(
    'cannot be appended to with expected version %j',
    async (expectedVersion) => {
      await using store = await storeWithStream()
      await store.deleteStream('s', { expectedVersion: 3 })
      expect(await rejection(store.append('s', newEvent(), { expectedVersion }))).toBeInstanceOf(StreamDeletedError)
      expect(await store.read('$all').toArray()).toHaveLength(3)
    },
  )

  test('keeps its events in $all, under its name', async () => {
    await using store = await storeWithStream()
    const before = await store.read('$all').toArray()
    await store.deleteStream('s', { expectedVersion: 3 })
    const after = await store.read('$all').toArray()
    expect(after).toEqual(before)
    expect(after.map(({ streamName }) => streamName)).toEqual(['s', 's', 's'])
  })

  test('keeps its events in the streams that link them', async () => {
    await using store = await storeWithStream()
    const events = await store.read('s').toArray()
    await store.link('target', events, { expectedVersion: 'no-stream' })
    await store.deleteStream('s', { expectedVersion: 3 })
    expect(await store.read('target').toArray()).toEqual(events)
  })

  test('that linked events leaves them in their own streams', async () => {
    await using store = await storeWithStream()
    const events = await store.read('s').toArray()
    await store.link('target', events, { expectedVersion: 'no-stream' })
    await store.deleteStream('target', { expectedVersion: 3 })
    expect(await store.read('s').toArray()).toEqual(events)
  })

  test('leaves other streams alone', async () => {
    await using store = await storeWithStream()
    await store.append('other', newEvents(2), { expectedVersion: 'any' })
    await store.deleteStream('s', { expectedVersion: 3 })
    expect(await store.read('other').toArray()).toHaveLength(2)
    expect(await store.append('other', newEvent(), { expectedVersion: 2 })).toEqual({ streamVersion: 3, position: 6 })
  })

  test('cannot be hard deleted', async () => {
    await using store = await storeWithStream()
    await store.deleteStream('s', { expectedVersion: 3 })
    expect(await rejection(store.deleteStream('s', { expectedVersion: 'any', mode: 'hard' }))).toBeInstanceOf(
      StreamDeletedError,
    )
    expect(await store.read('$all').toArray()).toHaveLength(3)
  })
})
