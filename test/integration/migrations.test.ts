import { afterAll, describe, expect, inject, test } from 'vitest'
import { EventStore, MigrationRequiredError } from '../../src/index.ts'
import { createDatabase, dropDatabase, dropSchema, listMigrations, migrate } from '../../src/migrations/index.ts'
import { DATABASE_PREFIX, withDatabase } from '../support/admin.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase(emptyTestDatabase)

function at(schema: string) {
  return { connectionString: database.connectionString, schema }
}

describe('a database', () => {
  const names = ['plain', 'with "quotes" and spaces', 'ünïcode'].map(
    (name) => `${DATABASE_PREFIX}${inject('runId')}_${name}`,
  )
  const urls = names.map((name) => withDatabase(inject('serverUrl'), encodeURIComponent(name)))
  afterAll(() => Promise.all(urls.map((connectionString) => dropDatabase({ connectionString }))))

  test.each(urls)('is created once and dropped once: %#', async (connectionString) => {
    expect(await createDatabase({ connectionString })).toBe(true)
    expect(await createDatabase({ connectionString })).toBe(false)
    await migrate({ connectionString })
    await using store = new EventStore({ connectionString })
    await store.append('s', newEvent(), { expectedVersion: 0 })
    await store.close()
    expect(await dropDatabase({ connectionString })).toBe(true)
    expect(await dropDatabase({ connectionString })).toBe(false)
  })
})

describe('a schema', () => {
  test('is created once, by migrate, which tells what it ran', async () => {
    const ran = await migrate(at('created'))
    expect(ran.map(({ name }) => name)).toContain('0001-initial')
    for (const { appliedAt } of ran) expect(Math.abs(Date.now() - Number(appliedAt))).toBeLessThan(60_000)
    expect(await migrate(at('created'))).toEqual([])
  })

  test('is dropped once, with its events, and others are left alone', async () => {
    await migrate(at('dropped'))
    await migrate(at('kept'))
    await using kept = new EventStore(at('kept'))
    await kept.append('s', newEvent(), { expectedVersion: 0 })
    expect(await dropSchema(at('dropped'))).toBe(true)
    expect(await dropSchema(at('dropped'))).toBe(false)
    await using dropped = new EventStore(at('dropped'))
    expect(await rejection(dropped.read('$all').toArray())).toMatchObject({ reason: 'missing' })
    expect(await kept.read('$all').toArray()).toHaveLength(1)
  })

  test('may be there before, with tables of the user', async () => {
    await runSql(database.connectionString, 'CREATE SCHEMA shared; CREATE TABLE shared.orders (id int)')
    await migrate(at('shared'))
    await using store = new EventStore(at('shared'))
    await store.append('s', newEvent(), { expectedVersion: 0 })
    expect(await runSql(database.connectionString, 'SELECT * FROM shared.orders')).toEqual([])
  })

  test('is brought up to date by a store, too, and keeps what is in it', async () => {
    await using store = new EventStore(at('by-store'))
    await store.migrate()
    await store.append('s', newEvents(3), { expectedVersion: 0 })
    await store.migrate()
    expect(await store.read('$all').toArray()).toHaveLength(3)
    expect(await migrate(at('by-store'))).toEqual([])
  })

  test('needs no rights but to create it in the database', async () => {
    const role = `${DATABASE_PREFIX}${inject('runId')}`
    const name = new URL(database.connectionString).pathname.slice(1)
    await runSql(
      database.connectionString,
      `CREATE ROLE "${role}" LOGIN PASSWORD 'sesame' NOSUPERUSER; GRANT CREATE ON DATABASE "${name}" TO "${role}"`,
    )
    const url = new URL(database.connectionString)
    url.username = role
    url.password = 'sesame'
    try {
      await using store = new EventStore({
        connectionString: url.href,
        schema: 'unprivileged',
        enableHardDeletes: true,
      })
      await store.migrate()
      await store.append('s', newEvents(3), { expectedVersion: 0 })
      await store.deleteStream('s', { expectedVersion: 3, mode: 'hard' })
      expect(await store.read('$all').toArray()).toEqual([])
    } finally {
      await runSql(database.connectionString, `DROP OWNED BY "${role}" CASCADE; DROP ROLE "${role}"`)
    }
  })
})

describe('several at once', () => {
  test('migrate one schema: each migration is run by one of them, and all succeed', async () => {
    const results = await Promise.all(range(1, 5).map(() => migrate(at('at-once'))))
    const listed = await listMigrations(at('at-once'))
    expect(
      results
        .flat()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(listed.map(({ name }) => name))
    await using store = new EventStore(at('at-once'))
    expect((await store.listStreams()).totalItems).toBe(1)
  })

  test('migrate different schemas without waiting for each other for ever', async () => {
    const results = await Promise.all(range(1, 5).map((n) => migrate(at(`different-${n}`))))
    for (const ran of results)
      expect(ran).toEqual(results[0]?.map(({ name }) => ({ name, appliedAt: expect.any(Date) })))
  })
})

describe('the list of migrations', () => {
  test('has them pending while there is no schema, and applied with their times afterwards', async () => {
    const before = await listMigrations(at('listed'))
    expect(before.length).toBeGreaterThan(0)
    for (const { appliedAt } of before) expect(appliedAt).toBeNull()
    const ran = await migrate(at('listed'))
    expect(await listMigrations(at('listed'))).toEqual(ran)
    expect(ran.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
  })
})

describe('a schema that does not fit', () => {
  test('because a later version has migrated it is refused by stores and by migrate', async () => {
    await migrate(at('newer'))
    await runSql(database.connectionString, "INSERT INTO newer.migrations (name) VALUES ('9999-future')")
    await using store = new EventStore(at('newer'))
    for (const operation of [
      () => store.append('s', newEvent(), { expectedVersion: 0 }),
      () => store.read('$all').toArray(),
      () => store.migrate(),
      () => migrate(at('newer')),
    ]) {
      const error = await rejection(operation())
      expect(error).toBeInstanceOf(MigrationRequiredError)
      expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'newer' })
      expect(String(error)).toMatch(/9999-future/)
    }
    const listed = await listMigrations(at('newer'))
    expect(listed.at(-1)).toMatchObject({ name: '9999-future', appliedAt: expect.any(Date) })
  })

  test('because it was initialized with another payload is refused by migrate, and left alone', async () => {
    await migrate({ ...at('payload'), payload: 'jsonb' })
    const error = await rejection(migrate({ ...at('payload'), payload: 'json' }))
    expect(error).toBeInstanceOf(MigrationRequiredError)
    expect(error).toMatchObject({ reason: 'payload' })
    expect(await migrate({ ...at('payload'), payload: 'jsonb' })).toEqual([])
  })

  test('because it is missing names the command that creates it', async () => {
    await using store = new EventStore(at('missing'))
    const error = await rejection(store.append('s', newEvent(), { expectedVersion: 0 }))
    expect(error).toMatchObject({ reason: 'missing' })
    expect(String(error)).toMatch(/eventstore setup --schema "missing"/)
  })

  test.each(['', 'pg_mine', 'information_schema', 'x'.repeat(64), 'a\u0000'])(
    'because of its name %j is a RangeError of migrate',
    async (schema) => {
      expect(await rejection(migrate(at(schema)))).toBeInstanceOf(RangeError)
    },
  )
})
