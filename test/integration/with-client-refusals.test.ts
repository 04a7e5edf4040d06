import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  DatabaseError,
  EventStore,
  HardDeletesDisabledError,
  MigrationRequiredError,
  type StreamOperations,
} from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { DRIVERS, useDriver } from '../support/drivers.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

const UNKNOWN_ID = '00000000-0000-7000-8000-000000000000'
const STORED = { type: 'Stored', data: null, id: '00000000-0000-7000-8000-000000000001' }

const anyVersion = { expectedVersion: 'any' } as const
const noStream = { expectedVersion: 'no-stream' } as const
const hard = { expectedVersion: 'any', mode: 'hard' } as const

/** What the store refuses, by code. In each store `existing` has two events, `deleted` one, and `other` STORED. */
const REFUSALS: Record<string, Record<string, (operations: StreamOperations) => Promise<unknown>>> = {
  WRONG_EXPECTED_VERSION: {
    'an append': ({ append }) => append('existing', newEvent(), { expectedVersion: 5 }),
    'an append to no stream': ({ append }) => append('missing', newEvent(), { expectedVersion: 'stream-exists' }),
    'an append with ids': ({ append }) => append('existing', { ...newEvent(), id: randomUUID() }, noStream),
    'one part of several': ({ appendAll }) =>
      appendAll([
        { stream: 'untouched', expectedVersion: 'no-stream', events: newEvents(2) },
        { stream: 'existing', expectedVersion: 7, events: newEvents(1) },
      ]),
    'a part without events': ({ appendAll }) =>
      appendAll([
        { stream: 'untouched', expectedVersion: 'no-stream', events: newEvents(2) },
        { stream: 'existing', expectedVersion: 7, events: [] },
      ]),
    'an append of thousands of events': ({ append }) => append('existing', newEvents(2_500), noStream),
    'a link': ({ link }) => link('existing', [STORED.id], noStream),
    'a deletion': ({ deleteStream }) => deleteStream('existing', { expectedVersion: 9 }),
  },
  STREAM_NOT_FOUND: {
    'a read': ({ read }) => read('missing').toArray(),
    'a description': ({ getStream }) => getStream('missing'),
    'a soft delete': ({ deleteStream }) => deleteStream('missing', anyVersion),
    'a hard delete': ({ deleteStream }) => deleteStream('missing', hard),
  },
  STREAM_DELETED: {
    'an append': ({ append }) => append('deleted', newEvent(), anyVersion),
    'a read': ({ read }) => read('deleted').toArray(),
    'a link': ({ link }) => link('deleted', [STORED.id], anyVersion),
    'a soft delete': ({ deleteStream }) => deleteStream('deleted', anyVersion),
    'a hard delete': ({ deleteStream }) => deleteStream('deleted', hard),
  },
  READ_ONLY_STREAM: {
    'an append to $all': ({ append }) => append('$all', newEvent(), anyVersion),
    'a link into $all': ({ link }) => link('$all', [STORED.id], anyVersion),
  },
  DUPLICATE_EVENT: {
    'an id that is stored': ({ append }) => append('existing', [newEvent(), STORED], anyVersion),
    'an id that is stored, with a wrong version': ({ append }) => append('existing', STORED, noStream),
    'an id that is stored, among several streams': ({ appendAll }) =>
      appendAll([
        { stream: 'untouched', expectedVersion: 'no-stream', events: newEvents(2) },
        { stream: 'existing', expectedVersion: 'any', events: [STORED] },
      ]),
    'an id that comes twice': ({ append }) => append('existing', [STORED, STORED], anyVersion),
    'a link that is there': ({ link }) => link('other', [STORED.id], anyVersion),
  },
  EVENT_NOT_FOUND: {
    'a link': ({ link }) => link('existing', [STORED.id, UNKNOWN_ID], anyVersion),
  },
  INVALID_EVENT: {
    'data without a JSON form': ({ append }) => append('existing', { type: 'Odd', data: undefined }, anyVersion),
    'an id that is none': ({ append }) => append('existing', { ...newEvent(), id: 'seven' }, anyVersion),
    'a link to what is no id': ({ link }) => link('existing', ['seven'], anyVersion),
    'a snapshot': ({ recordSnapshot }) =>
      recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'Odd', data: undefined }),
  },
}

/** The drivers themselves. Query builders run the same statements on them: one refusal of each code shows that. */
const DRIVERS_THEMSELVES = ['pg', 'postgres.js']

describe.each(DRIVERS)('in a transaction of $name', (choice) => {
  const user = useDriver(database, choice)
  const most = DRIVERS_THEMSELVES.includes(choice.name) ? Number.POSITIVE_INFINITY : 1

  describe.each(Object.entries(REFUSALS))('%s leaves the transaction usable', (code, refusals) => {
    test.each(Object.entries(refusals).slice(0, most))('for %s', async (_, refused) => {
      await using store = await openStore()
      await store.append('existing', newEvents(2), noStream)
      await store.append('other', STORED, noStream)
      await store.append('deleted', newEvent(), noStream)
      await store.deleteStream('deleted', anyVersion)
      await user.transaction(async ({ client, note, run }) => {
        await run("SET LOCAL statement_timeout = '7s'")
        await expect(refused(store.withClient(client))).rejects.toMatchObject({ code })

        expect(Object.values((await run('SHOW statement_timeout'))[0] as object)).toEqual(['7s'])
        await note(store.schema)
        await store.withClient(client).append('existing', newEvent(), { expectedVersion: 2 })
      })

      expect(await user.notes(store.schema)).toBe(1)
      expect(await store.getStream('$all')).toMatchObject({ version: 5 })
      expect(await store.read('existing').toArray()).toHaveLength(3)
    })
  })

  test('a store that does not fit its schema leaves the transaction usable', async () => {
    await using store = await openStore()
    const { schema } = store
    await using missing = new EventStore({ connectionString: database.connectionString, schema: 'missing' })
    await using otherPayload = new EventStore({ connectionString: database.connectionString, schema, payload: 'jsonb' })
    await using harmless = new EventStore({ connectionString: database.connectionString, schema })
    await user.transaction(async ({ client, note }) => {
      for (const unfit of [missing, otherPayload]) {
        const append = unfit.withClient(client).append('s', newEvent(), anyVersion)
        expect(await rejection(append)).toBeInstanceOf(MigrationRequiredError)
      }
      const deletion = harmless.withClient(client).deleteStream('s', hard)
      expect(await rejection(deletion)).toBeInstanceOf(HardDeletesDisabledError)
      await note(schema)
      await store.withClient(client).append('s', newEvent(), noStream)
    })

    expect(await user.notes(schema)).toBe(1)
    expect(await store.getStream('s')).toMatchObject({ version: 1 })
  })

  test('a repetition of the very same append has the first result and stores nothing', async () => {
    await using store = await openStore()
    const identified = (count: number) => newEvents(count).map((event) => ({ ...event, id: randomUUID() }))
    const [before, within, large] = [identified(3), identified(2), identified(2_500)]
    const first = await store.append('s', before, noStream)
    await store.append('s', newEvent(), { expectedVersion: 3 })
    await user.transaction(async ({ client }) => {
      const { append } = store.withClient(client)
      expect(await append('s', before, noStream)).toEqual(first)
      for (const events of [within, large]) {
        const result = await append('s', events, anyVersion)
        expect(await append('s', events, anyVersion)).toEqual(result)
      }
    })

    expect(await store.getStream('$all')).toMatchObject({ version: 4 + 2 + 2_500 })
  })

  test.each(['repeatable read', 'serializable'] as const)(
    'writing at %s is refused, and leaves the transaction usable',
    async (isolation) => {
      await using store = await openStore()
      await store.append('existing', newEvents(2), noStream)
      const events = await store.read('existing').toArray()
      await user.transaction(async ({ client, note }) => {
        const { append, link, deleteStream, read } = store.withClient(client)
        const writes = [
          () => append('new', newEvent(), anyVersion),
          () => append('new', { ...newEvent(), id: randomUUID() }, anyVersion),
          () => append('new', newEvents(2_500), anyVersion),
          () => link('new', events, anyVersion),
          () => deleteStream('existing', anyVersion),
          () => deleteStream('existing', hard),
        ]
        for (const write of writes) {
          const error = await rejection(write())
          expect(error).toBeInstanceOf(DatabaseError)
          expect(error).toMatchObject({ sqlState: '25004', message: expect.stringContaining('READ COMMITTED') })
        }
        await note(store.schema)
        expect(await read('existing').toArray()).toEqual(events)
      }, isolation)

      expect(await user.notes(store.schema)).toBe(1)
      expect(await store.read('$all').toArray()).toEqual(events)
    },
  )
})

function openStore(): Promise<FreshStore> {
  return freshStore(database.connectionString, { enableHardDeletes: true })
}
