import { describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { dropSchema, listMigrations, migrate } from '../../src/migrations/index.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { deleteStreams, exerciseStore } from '../support/exercise.ts'
import { newEvent } from '../support/new-events.ts'
import { rowCounts } from '../support/row-counts.ts'
import { runSql } from '../support/run-sql.ts'

const NAMES = [
  'public',
  'UpperCase',
  'with space',
  ' ',
  'with "quotes"',
  "it's",
  '$body$',
  '$body$ and $body1$',
  '$1',
  '$function$',
  'back\\slash',
  '?',
  ':name',
  '%s',
  'a.b',
  'select',
  "'; DROP SCHEMA public; --",
  '-- comment',
  '/* comment',
  'ünïcødé 名前 🙂',
  'x'.repeat(63),
  `${'é'.repeat(31)}x`,
]

const database = useDatabase(emptyTestDatabase)

describe.each(NAMES)('in a schema of the name %j', (schema) => {
  test('migrations and every operation work', async () => {
    const options = { connectionString: database.connectionString, schema }
    await using store = new EventStore({ ...options, enableHardDeletes: true })
    await store.migrate()
    expect(await listMigrations(options)).toEqual([{ name: '0001-initial', appliedAt: expect.any(Date) }])
    await exerciseStore(store, database.connectionString)
    await deleteStreams(store)
    expect(await rowCounts(database.connectionString, schema)).toMatchObject({ events: 2, streams: 3 })
  })
})

describe('schemas in one database', () => {
  test('are as many as were made, each with events of its own', async () => {
    const rows = await runSql<{ name: string }>(
      database.connectionString,
      "SELECT nspname AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'",
    )
    expect(rows.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted())
  })

  test('are kept apart, whatever their payloads, and by dropping one', async () => {
    const { connectionString } = database
    const settings = [
      { schema: 'one', payload: 'json' },
      { schema: 'two', payload: 'json' },
      { schema: 'three', payload: 'jsonb' },
      { schema: 'four', payload: 'bytea' },
    ] as const
    const stores = settings.map((options) => new EventStore({ connectionString, ...options }))
    try {
      await Promise.all(stores.map((store) => store.migrate()))
      await Promise.all(stores.map((store) => exerciseStore(store, connectionString)))
      expect(await dropSchema({ connectionString, schema: 'two' })).toBe(true)
      for (const store of [stores[0], stores[2], stores[3]])
        expect(await store?.append('order', newEvent(4), { expectedVersion: 3 })).toEqual({
          streamVersion: 4,
          position: 6,
        })
    } finally {
      await Promise.all(stores.map((store) => store.close()))
    }
  })

  test('are told apart where PostgreSQL would cut their names to the same', async () => {
    const { connectionString } = database
    await migrate({ connectionString, schema: 'y'.repeat(63) })
    await expect(migrate({ connectionString, schema: 'y'.repeat(64) })).rejects.toThrow(RangeError)
    await expect(migrate({ connectionString, schema: `${'y'.repeat(62)}é` })).rejects.toThrow('found 64 bytes')
  })
})

describe.each(['json', 'jsonb', 'bytea'] as const)('with payload %s', (payload) => {
  test('every operation works, and the columns have that type', async () => {
    const schema = `payload_${payload}`
    const options = { connectionString: database.connectionString, schema, payload }
    await using store = new EventStore({ ...options, enableHardDeletes: true })
    expect(await migrate(options)).toHaveLength(1)
    await exerciseStore(store, database.connectionString)
    await deleteStreams(store)
    const types = await runSql<{ type: string }>(
      database.connectionString,
      `SELECT DISTINCT format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid IN ('${schema}.events'::regclass, '${schema}.snapshots'::regclass) AND attname IN ('data', 'metadata')`,
    )
    expect(types).toEqual([{ type: payload }])
  })
})
