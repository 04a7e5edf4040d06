import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EventStore, type NewEvent, type StreamOperations } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { DRIVERS, RENAMING_DRIVERS, type UserTransaction, useDriver } from '../support/drivers.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'

const database = useDatabase()

const anyVersion = { expectedVersion: 'any' } as const
const noStream = { expectedVersion: 'no-stream' } as const

describe.each(DRIVERS)('in a transaction of $name', (choice) => {
  const user = useDriver(database, choice)

  test('everything that is committed is there, with what the user did', async () => {
    await using store = await openStore()
    await user.transaction((transaction) => everything(store, transaction))

    expect(await findings(store)).toEqual(ALL_OF_IT)
    expect(await user.notes(store.schema)).toBe(1)
  })

  test('nothing that is rolled back is there, nor of what the user did', async () => {
    await using store = await openStore()
    const changedMind = new Error('changed my mind')
    const rolledBack = user.transaction(async (transaction) => {
      await everything(store, transaction)
      expect(await findings(store.withClient(transaction.client))).toEqual(ALL_OF_IT)
      throw changedMind
    })

    await expect(rolledBack).rejects.toBe(changedMind)
    expect(await findings(store)).toEqual(NONE_OF_IT)
    expect(await user.notes(store.schema)).toBe(0)
  })

  test('positions that were rolled back are given anew', async () => {
    await using store = await openStore()
    const changedMind = new Error('changed my mind')
    const rolledBack = user.transaction(async ({ client }) => {
      await store.withClient(client).append('s', newEvents(3), noStream)
      throw changedMind
    })
    await expect(rolledBack).rejects.toBe(changedMind)

    expect(await store.append('s', newEvent(), noStream)).toEqual({ streamVersion: 1, position: 1 })
  })

  test('what was rolled back to a savepoint is not there, the rest is', async () => {
    await using store = await openStore()
    const changedMind = new Error('changed my mind')
    await user.transaction(async (transaction) => {
      await store.withClient(transaction.client).append('s', newEvents(1), noStream)
      const attempt = transaction.savepoint(async ({ client }) => {
        await store.withClient(client).append('s', newEvents(2), { expectedVersion: 1 })
        throw changedMind
      })
      await expect(attempt).rejects.toBe(changedMind)
      await transaction.savepoint(async ({ client }) => {
        await store.withClient(client).append('s', newEvents(3, 2), { expectedVersion: 1 })
      })
    })

    expect(numbersOf(await store.read('$all').toArray())).toEqual(range(1, 4))
  })

  test('its own events are read before they are committed, and by nobody else', async () => {
    await using store = await openStore()
    await user.transaction(async ({ client }) => {
      const operations = store.withClient(client)
      const read: typeof operations.read = (stream, options) => operations.read(stream, options)
      await operations.append('other', newEvents(2), noStream)
      await operations.append('s', newEvents(7, 3), noStream)

      expect(numbersOf(await read('s').toArray())).toEqual(range(3, 9))
      expect(numbersOf(await read('s', { batchSize: 2 }).toArray())).toEqual(range(3, 9))
      expect(numbersOf(await read('s', { direction: 'backwards', batchSize: 3 }).toArray())).toEqual(range(9, 3))
      expect(numbersOf(await read('s', { from: 2, limit: 3 }).toArray())).toEqual(range(4, 6))
      expect(numbersOf(await read('s', { from: 'end' }).toArray())).toEqual([9])
      expect(numbersOf(await read('$all', { batchSize: 4 }).toArray())).toEqual(range(1, 9))
      expect(numbersOf(await read('$all', { direction: 'backwards', limit: 3 }).toArray())).toEqual([9, 8, 7])
      expect(await operations.listStreams({ search: 's', sortBy: 'version', pageSize: 1 })).toMatchObject({
        items: [{ name: 's', version: 7, status: 'active' }],
        totalItems: 1,
      })

      expect(await store.read('$all').toArray()).toEqual([])
      await expect(store.getStream('s')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
    })
  })

  test('an event that is read is the same as outside', async () => {
    await using store = await openStore()
    const event: NewEvent = { ...newEvent(), id: randomUUID(), correlationId: randomUUID(), causationId: randomUUID() }
    let inside: unknown
    await user.transaction(async ({ client }) => {
      await store.withClient(client).append('s', event, noStream)
      inside = await store.withClient(client).read('s').toArray()
    })

    expect(await store.read('s').toArray()).toEqual(inside)
    expect(inside).toMatchObject([event])
  })

  test('other statements may come between the pages of a read', async () => {
    await using store = await openStore()
    await user.transaction(async (transaction) => {
      const operations = store.withClient(transaction.client)
      await operations.append('source', newEvents(5), noStream)
      for await (const { type, data } of operations.read('source', { batchSize: 2 })) {
        await transaction.note(store.schema)
        await operations.append('copy', { type, data }, anyVersion)
      }
    })

    expect(numbersOf(await store.read('copy').toArray())).toEqual(range(1, 5))
    expect(await user.notes(store.schema)).toBe(5)
  })

  test('a page is not fetched before it is needed: it holds what was appended meanwhile', async () => {
    await using store = await openStore()
    await user.transaction(async ({ client }) => {
      const operations = store.withClient(client)
      await operations.append('s', newEvents(2), noStream)
      const seen: number[] = []
      for await (const batch of operations.read('s', { batchSize: 2 }).batches()) {
        seen.push(...numbersOf(batch))
        if (seen.length === 2) await operations.append('s', newEvent(3), anyVersion)
      }

      expect(seen).toEqual([1, 2, 3])
    })
  })

  test('several appends, to the same stream and to others, follow one another', async () => {
    await using store = await openStore()
    await user.transaction(async ({ client }) => {
      const { append } = store.withClient(client)

      expect(await append('a', newEvents(2), noStream)).toEqual({ streamVersion: 2, position: 2 })
      expect(await append('a', newEvents(1), { expectedVersion: 2 })).toEqual({ streamVersion: 3, position: 3 })
      expect(await append('b', newEvents(1), noStream)).toEqual({ streamVersion: 1, position: 4 })
      expect(await append('a', newEvents(2), anyVersion)).toEqual({ streamVersion: 5, position: 6 })
    })

    expect((await store.read('$all').toArray()).map(({ streamName }) => streamName)).toEqual([...'aaabaa'])
  })

  test('operations that are started at the same time run one after the other, and leave the settings as they were', async () => {
    await using store = await openStore()
    await user.transaction(async ({ client, run }) => {
      const { getStream } = store.withClient(client)
      const before = await run('SHOW statement_timeout')
      const append = (stream: string) => store.withClient(client).append(stream, newEvent(), anyVersion)
      const results = await Promise.all([...'abacba'].map(append))

      expect(results.map(({ position }) => position)).toEqual(range(1, 6))
      expect(await getStream('a')).toMatchObject({ version: 3 })
      expect(await run('SHOW statement_timeout')).toEqual(before)
    })
  })

  test('an append of thousands of events is stored whole', async () => {
    await using store = await openStore()
    await user.transaction(async ({ client }) => {
      const result = await store.withClient(client).append('s', newEvents(4_500), noStream)
      expect(result).toEqual({ streamVersion: 4_500, position: 4_500 })
    })

    expect(numbersOf(await store.read('s').toArray())).toEqual(range(1, 4_500))
  })

  test.each(['we?ird "$1" \\ name', "it's", '\\?', '??', '?\\', 'a"b', '$1', ':name'])(
    'a schema may be called %s',
    async (name) => {
      await using store = await openStore({ schema: `${name} ${choice.name}` })
      await user.transaction((transaction) => everything(store, transaction))

      expect(await findings(store)).toEqual(ALL_OF_IT)
    },
  )

  test.each(['json', 'jsonb', 'bytea'] as const)('payloads may be %s', async (payload) => {
    await using store = await openStore({ payload })
    const data = { text: 'naïve "quotes" \\ ? $1 😀', deep: [{ n: 1.5, nothing: null }], no: false }
    await user.transaction(async ({ client }) => {
      const operations = store.withClient(client)
      await operations.append('s', { type: 'Said', data, metadata: data }, noStream)
      await operations.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'Said', data })

      expect(await operations.read('s').toArray()).toMatchObject([{ data, metadata: data }])
      expect(await operations.readSnapshot('s')).toMatchObject({ data })
    })

    expect(await store.read('s').toArray()).toMatchObject([{ data, metadata: data }])
    expect(await store.readSnapshot('s')).toMatchObject({ data })
  })
})

describe.each(RENAMING_DRIVERS)('in a transaction of $name', (choice) => {
  const user = useDriver(database, choice)

  test('everything works although the columns are renamed', async () => {
    await using store = await openStore()
    await user.transaction(async (transaction) => {
      await everything(store, transaction)
      expect(await findings(store.withClient(transaction.client))).toEqual(ALL_OF_IT)
    })

    expect(await findings(store)).toEqual(ALL_OF_IT)
    expect(await user.notes(store.schema)).toBe(1)
  })
})

test('an operation after the end of a Knex transaction does not run on its connection', async () => {
  await using store = await openStore()
  const knex = DRIVERS.find(({ name }) => name === 'Knex')?.open(database.connectionString)
  let client: UserTransaction['client'] | undefined
  await knex?.transaction(async (transaction) => {
    client = transaction.client
  })
  await knex?.close()

  const late = store.withClient(client as UserTransaction['client']).append('s', newEvent(), anyVersion)
  await expect(late).rejects.toThrow(/the Knex transaction was committed or rolled back already/)
})

test('withClient throws at once for what is no client', () => {
  const store = new EventStore({ connectionString: database.connectionString })
  for (const client of [undefined, null, {}, 'client', { query: 'text' }]) {
    expect(() => store.withClient(client as never)).toThrow(TypeError)
  }
})

function openStore(options: Parameters<typeof freshStore>[1] = {}): Promise<FreshStore> {
  return freshStore(database.connectionString, { enableHardDeletes: true, ...options })
}

/** Does all that can be done in a transaction, and something of the user's own. */
async function everything(store: FreshStore, transaction: UserTransaction): Promise<void> {
  const operations = store.withClient(transaction.client)
  await operations.append('appended', newEvents(3), noStream)
  await transaction.note(store.schema)
  await operations.appendAll([
    { stream: 'first', expectedVersion: 'no-stream', events: newEvents(2) },
    { stream: 'second', expectedVersion: 'any', events: newEvents(1) },
    { stream: 'appended', expectedVersion: 3, events: [] },
  ])
  await operations.link('linked', await operations.read('first').toArray(), noStream)
  await operations.append('hidden', newEvents(1), noStream)
  await operations.deleteStream('hidden', { expectedVersion: 1 })
  await operations.append('gone', newEvents(1), noStream)
  await operations.deleteStream('gone', { expectedVersion: 'any', mode: 'hard' })
  await operations.recordSnapshot({ sourceId: 'kept', sourceVersion: 3, sourceType: 'Count', data: { n: 3 } })
  await operations.recordSnapshot({ sourceId: 'dropped', sourceVersion: 1, sourceType: 'Count', data: {} })
  await operations.deleteSnapshot('dropped')
}

const ALL_OF_IT = {
  positions: range(1, 7),
  streams: { $all: 8, appended: 3, first: 2, second: 1, linked: 2, hidden: 'deleted' },
  kept: { n: 3 },
  dropped: undefined,
}
const NONE_OF_IT = { positions: [], streams: { $all: 0 }, kept: undefined, dropped: undefined }

/** What is to be seen of `everything`. */
async function findings(operations: StreamOperations): Promise<object> {
  const { items } = await operations.listStreams()
  const events = await operations.read('$all', { batchSize: 2 }).toArray()
  return {
    positions: events.map(({ position }) => position),
    streams: Object.fromEntries(
      items.map(({ name, version, status }) => [name, status === 'active' ? version : status]),
    ),
    kept: (await operations.readSnapshot('kept'))?.data,
    dropped: await operations.readSnapshot('dropped'),
  }
}

function numbersOf(events: readonly { readonly data: unknown }[]): readonly number[] {
  return events.map(({ data }) => (data as { n: number }).n)
}
