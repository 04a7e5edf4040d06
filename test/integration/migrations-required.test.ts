import { beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { DatabaseError, EventStore, MigrationRequiredError } from '../../src/index.ts'
import { listMigrations, migrate } from '../../src/migrations/index.ts'
import type { MigrationScript } from '../../src/migrations/migrations.ts'
import { DATABASE_PREFIX } from '../support/admin.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { describeSchema } from '../support/describe-schema.ts'
import { errorOf } from '../support/invoke.ts'
import { newEvent } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'

/** The migrations of the version of the library that the test plays. */
const versions = vi.hoisted(() => ({ released: [] as MigrationScript[], current: [] as MigrationScript[] }))

vi.mock(import('../../src/migrations/migrations.ts'), async (importOriginal) => {
  const { MIGRATIONS } = await importOriginal()
  versions.released.push(...MIGRATIONS)
  return { MIGRATIONS: versions.current }
})

const LATER: MigrationScript = {
  name: '0002-later',
  sql: (schema) => `ALTER TABLE ${schema}.streams ADD COLUMN later text DEFAULT 'x';`,
}
const FAILING: MigrationScript = {
  name: '0003-failing',
  sql: (schema) => `CREATE TABLE ${schema}.half_done (); SELECT 1 / 0;`,
}
const ANY = { expectedVersion: 'any' } as const

const database = useDatabase(emptyTestDatabase)

function play(...later: MigrationScript[]): void {
  versions.current.splice(0, versions.current.length, ...versions.released, ...later)
}

beforeEach(() => play())

describe('a store', () => {
  test('works after its schema was created, by whomever, with what had failed before forgotten', async () => {
    const options = { connectionString: database.connectionString, schema: 'missing' }
    await using store = new EventStore(options)
    for (const operation of operationsOf(store)) {
      const error = await errorOf(operation)
      expect(error).toBeInstanceOf(MigrationRequiredError)
      expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'missing' })
      expect(error.message).toBe(
        'Schema "missing" holds no event store. ' +
          'Create it with `npx eventstore setup --schema "missing"` or `await store.migrate()`.',
      )
    }
    await migrate(options)
    await expectToWork(store)
  })

  test('of a later version refuses the older schema until it is brought up to date', async () => {
    const options = { connectionString: database.connectionString, schema: 'older' }
    await migrate(options)
    play(LATER)
    await using store = new EventStore(options)
    for (const operation of operationsOf(store)) {
      const error = await errorOf(operation)
      expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'older' })
      expect(error.message).toBe(
        'Schema "older" is older than this version of pg-event-store: it lacks 0002-later. ' +
          'Bring it up to date with `npx eventstore migrate --schema "older"` or `await store.migrate()`.',
      )
    }
    const [applied, pending] = await listMigrations(options)
    expect([applied, pending]).toEqual([
      { name: '0001-initial', appliedAt: expect.any(Date) },
      { name: '0002-later', appliedAt: null },
    ])
    expect(await migrate(options)).toEqual([{ name: '0002-later', appliedAt: expect.any(Date) }])
    await expectToWork(store)
    expect(await listMigrations(options)).toEqual([applied, { name: '0002-later', appliedAt: expect.any(Date) }])
  })

  test('of an earlier version refuses the newer schema, and so does its migrate', async () => {
    const options = { connectionString: database.connectionString, schema: 'newer' }
    play(LATER)
    expect(await migrate(options)).toHaveLength(2)
    play()
    await using store = new EventStore(options)
    for (const operation of [...operationsOf(store), () => store.migrate(), () => migrate(options)]) {
      const error = await errorOf(operation)
      expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'newer' })
      expect(error.message).toBe(
        'Schema "newer" is newer than this version of pg-event-store: it has 0002-later. ' +
          'Install the version that made it: `npm install pg-event-store@latest`.',
      )
    }
    expect((await listMigrations(options)).map(({ name }) => name)).toEqual(['0001-initial', '0002-later'])
  })

  test('of another payload refuses the schema, says which it has, and leaves it alone', async () => {
    const options = { connectionString: database.connectionString, schema: 'payload' }
    await migrate({ ...options, payload: 'jsonb' })
    await using store = new EventStore({ ...options, payload: 'bytea' })
    for (const operation of operationsOf(store)) {
      const error = await errorOf(operation)
      expect(error).toMatchObject({ code: 'MIGRATION_REQUIRED', reason: 'payload' })
      expect(error.message).toContain(
        `Schema "payload" was initialized with payload 'jsonb', the store was opened with 'bytea'. ` +
          "Open it with { payload: 'jsonb' }, or initialize another schema with `npx eventstore init --schema NAME",
      )
    }
    expect(await errorOf(() => store.migrate())).toMatchObject({ reason: 'payload' })
    await using other = new EventStore({ ...options, payload: 'jsonb' })
    await expectToWork(other)
  })
})

describe('a migration that fails', () => {
  test('leaves nothing behind but those before it, and can be repeated', async () => {
    const options = { connectionString: database.connectionString, schema: 'failing' }
    play(LATER, FAILING)
    const error = await errorOf(() => migrate(options))
    expect(error).toMatchObject({ code: 'DATABASE', sqlState: '22012' })
    const listed = await listMigrations(options)
    expect(listed.map(({ appliedAt }) => appliedAt !== null)).toEqual([true, true, false])
    expect(await describeSchema(database.connectionString, 'failing')).not.toContain('half_done')
    play(LATER)
    expect(await migrate(options)).toEqual([])
    await using store = new EventStore(options)
    await expectToWork(store)
  })

  test('for lack of rights leaves no schema behind', async () => {
    const role = `${DATABASE_PREFIX}${inject('runId')}_without_rights`
    await runSql(database.connectionString, `CREATE ROLE "${role}" LOGIN PASSWORD 'sesame'`)
    try {
      const url = new URL(database.connectionString)
      Object.assign(url, { username: role, password: 'sesame' })
      const error = await errorOf(() => migrate({ connectionString: url.href, schema: 'unrightful' }))
      expect(error).toBeInstanceOf(DatabaseError)
      expect(error).toMatchObject({ sqlState: '42501', message: expect.stringContaining('permission denied') })
      const rows = await runSql(database.connectionString, "SELECT 1 FROM pg_namespace WHERE nspname = 'unrightful'")
      expect(rows).toEqual([])
    } finally {
      await runSql(database.connectionString, `DROP ROLE "${role}"`)
    }
  })
})

describe('a schema in which another tool keeps', () => {
  test.each([
    ['its migrations', 'CREATE TABLE %.migrations (id int, name text, run_on timestamp)', 'migrations'],
    ['its migrations, alike', 'CREATE TABLE %.migrations (name text, applied_at timestamptz)', 'migrations'],
    ['events', 'CREATE TABLE %.events (id int, data text)', 'events'],
    ['events, alike', 'CREATE TABLE %.events (id int, data jsonb)', 'events'],
    ['a view of streams', 'CREATE VIEW %.streams AS SELECT 1 AS id', 'streams'],
    ['a type', 'CREATE TYPE %.snapshots AS (id int)', 'snapshots'],
    ['a function', 'CREATE FUNCTION %.sweep(batch int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', 'sweep'],
  ])('%s is refused and stays as it was', async (title, sql, name) => {
    const schema = `tool with ${title}`
    const options = { connectionString: database.connectionString, schema }
    await runSql(database.connectionString, `CREATE SCHEMA "${schema}"; ${sql.replace('%', `"${schema}"`)}`)
    const before = await describeSchema(database.connectionString, schema)
    const error = await errorOf(() => migrate(options))
    expect(error).toMatchObject({ code: 'DATABASE', cause: expect.any(Error) })
    expect(error.message).toContain(`Schema "${schema}" `)
    expect(error.message).toContain(`"${name}"`)
    expect(error.message).toContain('Give the store a schema of its own.')
    expect(await describeSchema(database.connectionString, schema)).toBe(before)
    await using store = new EventStore(options)
    expect(await errorOf(() => store.append('s', newEvent(), ANY))).toMatchObject({ reason: 'missing' })
  })
})

function operationsOf(store: EventStore): readonly (() => Promise<unknown>)[] {
  return [
    () => store.append('s', newEvent(), ANY),
    () => store.appendAll([{ stream: 's', ...ANY, events: [newEvent()] }]),
    () => store.link('s', ['0190a0b0-0000-7000-8000-00000000abcd'], ANY),
    () => store.read('$all').toArray(),
    () => store.deleteStream('s', ANY),
    () => store.getStream('s'),
    () => store.listStreams(),
    () => store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 }),
    () => store.readSnapshot('s'),
    () => store.deleteSnapshot('s'),
  ]
}

async function expectToWork(store: EventStore): Promise<void> {
  expect(await store.append('s', newEvent(), { expectedVersion: 'no-stream' })).toEqual({
    streamVersion: 1,
    position: 1,
  })
  expect(await store.read('$all').toArray()).toHaveLength(1)
}
