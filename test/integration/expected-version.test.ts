import { describe, expect, test } from 'vitest'
import { EventStore, type ExpectedVersion, StreamNotFoundError, WrongExpectedVersionError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection, settled } from '../support/settled.ts'

const database = useDatabase()

function openStore(): EventStore {
  return new EventStore({ connectionString: database.connectionString })
}

async function versionsOf(store: EventStore, stream: string): Promise<number[]> {
  return (await store.read(stream).toArray()).map(({ streamVersion }) => streamVersion)
}

describe("'any'", () => {
  test('appends to a new stream', async () => {
    await using store = openStore()
    expect(await store.append('any-new', newEvents(3), { expectedVersion: 'any' })).toMatchObject({ streamVersion: 3 })
    expect(await versionsOf(store, 'any-new')).toEqual([1, 2, 3])
  })

  test('appends to an existing stream', async () => {
    await using store = openStore()
    await store.append('any-old', newEvents(3), { expectedVersion: 'no-stream' })
    expect(await store.append('any-old', newEvent(), { expectedVersion: 'any' })).toMatchObject({ streamVersion: 4 })
    expect(await versionsOf(store, 'any-old')).toEqual([1, 2, 3, 4])
  })

  test.each([4, 40])('%i appends that race to create a stream all succeed', async (count) => {
    await using one = openStore()
    await using two = openStore()
    const stream = `any-race-new-${count}`
    const { values, errors } = await settled(
      range(1, count).map((n) => (n % 2 ? one : two).append(stream, newEvent(n), { expectedVersion: 'any' })),
    )
    expect(errors).toEqual([])
    expect(values.map(({ streamVersion }) => streamVersion).toSorted((a, b) => a - b)).toEqual(range(1, count))
    expect(await versionsOf(one, stream)).toEqual(range(1, count))
  })

  test('4 appends that race to an existing stream all succeed', async () => {
    await using store = openStore()
    await store.append('any-race-old', newEvents(3), { expectedVersion: 'no-stream' })
    await Promise.all(range(1, 4).map((n) => store.append('any-race-old', newEvent(n), { expectedVersion: 'any' })))
    expect(await versionsOf(store, 'any-race-old')).toEqual(range(1, 7))
  })

  test('4 appends of 1,500 events that race to create a stream all succeed, each in one piece', async () => {
    await using store = openStore()
    const results = await Promise.all(
      range(1, 4).map((n) => store.append('any-race-long', newEvents(1_500, n * 10_000), { expectedVersion: 'any' })),
    )
    const events = await store.read('any-race-long').toArray()
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual(range(1, 6_000))
    for (const [index, { streamVersion }] of results.entries()) {
      const piece = events.slice(streamVersion - 1_500, streamVersion)
      const first = (index + 1) * 10_000
      expect(piece.map(({ data }) => data)).toEqual(range(first, first + 1_499).map((n) => ({ n })))
    }
  })

  test('500 writers at once on a pool of 10 all succeed', async () => {
    await using store = await freshStore(database.connectionString)
    await Promise.all(range(1, 500).map((n) => store.append(`w-${n % 50}`, newEvent(n), { expectedVersion: 'any' })))
    const positions = (await store.read('$all').toArray()).map(({ position }) => position)
    expect(positions).toEqual(range(1, 500))
  })
})

describe("'no-stream'", () => {
  test('appends to a new stream', async () => {
    await using store = openStore()
    await store.append('none-new', newEvents(3), { expectedVersion: 'no-stream' })
    expect(await versionsOf(store, 'none-new')).toEqual([1, 2, 3])
  })

  test('is refused by an existing stream, with the version found', async () => {
    await using store = openStore()
    await store.append('none-old', newEvents(3), { expectedVersion: 'any' })
    await expectRefusal(store, 'none-old', 'no-stream', 3)
  })

  test('of 10 appends that race to create a stream exactly one succeeds', async () => {
    await using store = openStore()
    await expectOneWinner(store, 'none-race', 'no-stream', 10, 0)
  })
})

describe("'stream-exists'", () => {
  test('appends to an existing stream', async () => {
    await using store = openStore()
    await store.append('exists-old', newEvents(3), { expectedVersion: 'any' })
    await store.append('exists-old', newEvent(), { expectedVersion: 'stream-exists' })
    expect(await versionsOf(store, 'exists-old')).toEqual([1, 2, 3, 4])
  })

  test('is refused by a missing stream, which stays missing', async () => {
    await using store = openStore()
    await expectRefusal(store, 'exists-new', 'stream-exists', 'no-stream')
    await expect(store.getStream('exists-new')).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  test('20 appends that race to an existing stream all succeed', async () => {
    await using one = openStore()
    await using two = openStore()
    await one.append('exists-race', newEvent(), { expectedVersion: 'no-stream' })
    const { errors } = await settled(
      range(1, 20).map((n) =>
        (n % 2 ? one : two).append('exists-race', newEvent(n), { expectedVersion: 'stream-exists' }),
      ),
    )
    expect(errors).toEqual([])
    expect(await versionsOf(one, 'exists-race')).toEqual(range(1, 21))
  })
})

describe('a number', () => {
  test('that is the version of the stream appends', async () => {
    await using store = openStore()
    await store.append('number', newEvents(3), { expectedVersion: 0 })
    expect(await store.append('number', newEvent(), { expectedVersion: 3 })).toMatchObject({ streamVersion: 4 })
    expect(await versionsOf(store, 'number')).toEqual([1, 2, 3, 4])
  })

  test.each([0, 1, 2, 4, 1_000, Number.MAX_SAFE_INTEGER])(
    '%i is refused by a stream at version 3',
    async (expected) => {
      await using store = openStore()
      const stream = `number-${expected}`
      await store.append(stream, newEvents(3), { expectedVersion: 'any' })
      await expectRefusal(store, stream, expected, 3)
      expect(await versionsOf(store, stream)).toEqual([1, 2, 3])
    },
  )

  test('above 0 is refused by a missing stream, which stays missing', async () => {
    await using store = openStore()
    await expectRefusal(store, 'number-missing', 1, 'no-stream')
    await expect(store.getStream('number-missing')).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  test('of 4 appends that expect the same version exactly one succeeds', async () => {
    await using store = openStore()
    await store.append('number-race', newEvents(3), { expectedVersion: 'any' })
    await expectOneWinner(store, 'number-race', 3, 4, 3)
  })

  test('of 10 appends that expect 0 and race to create a stream exactly one succeeds', async () => {
    await using store = openStore()
    await expectOneWinner(store, 'number-race-new', 0, 10, 0)
  })

  test('of 5 appends of 10 events each that expect 0 exactly one succeeds', async () => {
    await using one = openStore()
    await using two = openStore()
    const { values, errors } = await settled(
      range(1, 5).map((n) => (n % 2 ? one : two).append('number-race-10', newEvents(10), { expectedVersion: 0 })),
    )
    expect(values).toHaveLength(1)
    expect(errors).toHaveLength(4)
    expect(await versionsOf(one, 'number-race-10')).toEqual(range(1, 10))
  })
})

describe('a refused append', () => {
  test('says what was expected, what was found and what to do', async () => {
    await using store = openStore()
    await store.append('said', newEvents(2), { expectedVersion: 'any' })
    const error = await rejection(store.append('said', newEvent(), { expectedVersion: 1 }))
    expect(String(error)).toMatch(
      /"said": expected version 1, found version 2\. Nothing was stored: read the stream again/,
    )
  })

  test('leaves nothing behind and takes no position', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('a', newEvent(1), { expectedVersion: 'any' })
    await expectRefusal(store, 'a', 7, 1)
    await expectRefusal(store, 'b', 'stream-exists', 'no-stream')
    expect(await store.append('a', newEvent(2), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 2 })
    expect((await store.listStreams()).items.map(({ name }) => name)).toEqual(['$all', 'a'])
  })

  test('of many thousand events leaves nothing behind either', async () => {
    await using store = await freshStore(database.connectionString)
    await store.append('a', newEvent(), { expectedVersion: 'any' })
    const error = await rejection(store.append('a', newEvents(5_000), { expectedVersion: 'no-stream' }))
    expect(error).toMatchObject({ code: 'WRONG_EXPECTED_VERSION', actualVersion: 1 })
    expect(await store.read('$all').toArray()).toHaveLength(1)
  })

  test('leaves the transaction of the caller usable', async () => {
    await using store = openStore()
    await store.append('caller', newEvent(), { expectedVersion: 'any' })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      const transaction = store.withClient(client)
      const refused = transaction.append('caller', newEvent(), { expectedVersion: 0 })
      expect(await rejection(refused)).toBeInstanceOf(WrongExpectedVersionError)
      await transaction.append('caller', newEvent(), { expectedVersion: 1 })
      await client.query('COMMIT')
    })
    expect(await versionsOf(store, 'caller')).toEqual([1, 2])
  })

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 'whatever'])(
    'an expected version of %j is a RangeError',
    async (expectedVersion) => {
      await using store = openStore()
      const options = { expectedVersion: expectedVersion as ExpectedVersion }
      expect(await rejection(store.append('a', newEvent(), options))).toBeInstanceOf(RangeError)
    },
  )

  test.each([undefined, null, true, 1n])(
    'an expected version of %s is a TypeError',
    async (expectedVersion: unknown) => {
      await using store = openStore()
      const options = { expectedVersion: expectedVersion as ExpectedVersion }
      expect(await rejection(store.append('a', newEvent(), options))).toBeInstanceOf(TypeError)
    },
  )
})

async function expectRefusal(
  store: EventStore,
  streamName: string,
  expectedVersion: ExpectedVersion,
  actualVersion: number | 'no-stream',
): Promise<void> {
  const error = await rejection(store.append(streamName, newEvent(), { expectedVersion }))
  expect(error).toBeInstanceOf(WrongExpectedVersionError)
  expect(error).toMatchObject({ code: 'WRONG_EXPECTED_VERSION', streamName, expectedVersion, actualVersion })
}

async function expectOneWinner(
  store: EventStore,
  stream: string,
  expectedVersion: ExpectedVersion,
  count: number,
  version: number,
): Promise<void> {
  await using other = openStore()
  const { values, errors } = await settled(
    range(1, count).map((n) => (n % 2 ? store : other).append(stream, newEvent(n), { expectedVersion })),
  )
  expect(values).toEqual([{ streamVersion: version + 1, position: expect.any(Number) }])
  expect(errors).toHaveLength(count - 1)
  for (const error of errors) {
    expect(error).toBeInstanceOf(WrongExpectedVersionError)
    expect(error).toMatchObject({ expectedVersion, actualVersion: version + 1 })
  }
  expect(await versionsOf(store, stream)).toEqual(range(1, version + 1))
}
