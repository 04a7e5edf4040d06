import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { dropSchema, listMigrations, migrate } from '../../src/migrations/index.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { deleteStreams, exerciseStore, subscribe } from '../support/exercise.ts'
import { errorOf } from '../support/invoke.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { createTestRole, type TestRole } from '../support/roles.ts'
import { rowCounts } from '../support/row-counts.ts'
import { runSql } from '../support/run-sql.ts'

const REFUSED = { name: 'DatabaseError', code: 'DATABASE', sqlState: '42501' }
const ANY = { expectedVersion: 'any' } as const

/** What reading takes. */
const TO_READ = [
  'USAGE ON SCHEMA eventstore',
  'SELECT ON eventstore.migrations, eventstore.streams, eventstore.events, eventstore.links, eventstore.stream_versions',
  'SELECT ON eventstore.snapshots, eventstore.subscriptions',
]

/** What appending, linking, snapshots and subscriptions take besides. */
const TO_APPEND = [
  'INSERT ON eventstore.streams, eventstore.events, eventstore.links',
  'INSERT, UPDATE, DELETE ON eventstore.snapshots',
  'INSERT, UPDATE, DELETE ON eventstore.subscriptions',
  'EXECUTE ON FUNCTION eventstore.lock_store, eventstore.reserve, eventstore.append_to_stream, eventstore.append_events',
  'EXECUTE ON FUNCTION eventstore.link_events',
]

/** What soft deletes take besides. */
const TO_DELETE_SOFTLY = ['EXECUTE ON FUNCTION eventstore.delete_stream', 'UPDATE (deleted_at) ON eventstore.streams']

// The databases of this file come and go before the roles do: roles that own something cannot be dropped.
const roles: TestRole[] = []
afterAll(async () => {
  for (const role of roles) await role.drop()
})

async function createRole(purpose: string): Promise<TestRole> {
  const role = await createTestRole(purpose)
  roles.push(role)
  return role
}

describe('a role that owns its schema, and nothing else', () => {
  const database = useDatabase(emptyTestDatabase)
  let owner: TestRole

  beforeAll(async () => {
    owner = await createRole('owner')
    await runSql(database.connectionString, `CREATE SCHEMA eventstore AUTHORIZATION "${owner.name}"`)
  })

  test('migrates, and does everything that a store does, hard deletes too', async () => {
    const connectionString = owner.urlOf(database.connectionString)
    expect((await listMigrations({ connectionString })).map(({ appliedAt }) => appliedAt)).toEqual([null])
    expect(await migrate({ connectionString })).toHaveLength(1)
    await using store = new EventStore({ connectionString, enableHardDeletes: true })
    await store.migrate()
    await exerciseStore(store, connectionString)
    await deleteStreams(store)
  })

  test('cannot make another schema, and drops its own', async () => {
    const connectionString = owner.urlOf(database.connectionString)
    expect(await errorOf(() => migrate({ connectionString, schema: 'other' }))).toMatchObject(REFUSED)
    expect(await dropSchema({ connectionString })).toBe(true)
    expect(await errorOf(() => migrate({ connectionString }))).toMatchObject(REFUSED)
  })

  test('needs CREATE on the schema public, which it does not have by itself since PostgreSQL 15', async () => {
    const connectionString = owner.urlOf(database.connectionString)
    await runSql(database.connectionString, 'REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    expect(await errorOf(() => migrate({ connectionString, schema: 'public' }))).toMatchObject(REFUSED)
    await runSql(database.connectionString, `GRANT USAGE, CREATE ON SCHEMA public TO "${owner.name}"`)
    await using store = new EventStore({ connectionString, schema: 'public' })
    await store.migrate()
    await exerciseStore(store, connectionString)
  })
})

describe('roles that do not own the schema', () => {
  const database = useDatabase(emptyTestDatabase)
  let application: TestRole
  let reader: TestRole

  beforeAll(async () => {
    application = await createRole('application')
    reader = await createRole('reader')
    // As strict as a database can be: functions are not for everybody.
    await runSql(database.connectionString, 'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC')
    await migrate({ connectionString: database.connectionString })
    await grant([...TO_READ, ...TO_APPEND], application)
    await grant(TO_READ, reader)
  })

  async function grant(rights: readonly string[], { name }: TestRole): Promise<void> {
    for (const right of rights) await runSql(database.connectionString, `GRANT ${right} TO "${name}"`)
  }

  async function revoke(right: string, { name }: TestRole): Promise<void> {
    await runSql(database.connectionString, `REVOKE ${right} FROM "${name}"`)
  }

  function open({ urlOf }: TestRole): EventStore {
    return new EventStore({ connectionString: urlOf(database.connectionString), enableHardDeletes: true })
  }

  describe('the application', () => {
    test('appends, links, reads and keeps snapshots, and finds the schema up to date', async () => {
      await using store = open(application)
      await store.migrate()
      await exerciseStore(store, application.urlOf(database.connectionString))
    })

    test('deletes no streams, neither softly nor for good', async () => {
      await using store = open(application)
      const before = await rowCounts(database.connectionString, 'eventstore')
      for (const mode of ['soft', 'hard'] as const)
        expect(await errorOf(() => store.deleteStream('order', { ...ANY, mode }))).toMatchObject(REFUSED)
      expect(await rowCounts(database.connectionString, 'eventstore')).toEqual(before)
      expect(await store.append('order', newEvent(), { expectedVersion: 3 })).toMatchObject({ streamVersion: 4 })
    })

    test.each([
      'UPDATE eventstore.events SET data = data',
      'DELETE FROM eventstore.events',
      'TRUNCATE eventstore.events',
      'UPDATE eventstore.links SET stream_version = 1',
      'DELETE FROM eventstore.links',
      "UPDATE eventstore.streams SET stream_name = 'renamed'",
      'DELETE FROM eventstore.streams',
      "SET eventstore.enable_hard_deletes = 'on'; DELETE FROM eventstore.events",
      'INSERT INTO eventstore.migrations (name) VALUES (1)',
      'ALTER TABLE eventstore.events DISABLE TRIGGER protect',
      'DROP TRIGGER protect ON eventstore.events',
      'ALTER TABLE eventstore.events ADD COLUMN more text',
      'CREATE TABLE eventstore.more ()',
      'DROP TABLE eventstore.events',
      'CREATE OR REPLACE FUNCTION eventstore.lock_store() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$',
      'DROP SCHEMA eventstore CASCADE',
      'SELECT eventstore.sweep(10)',
    ])('cannot do by SQL: %s', async (sql) => {
      const before = await rowCounts(database.connectionString, 'eventstore')
      const error = await errorOf(() => runSql(application.urlOf(database.connectionString), sql))
      expect(error).toMatchObject({ code: '42501' })
      expect(await rowCounts(database.connectionString, 'eventstore')).toEqual(before)
    })

    test('deletes softly, but not for good, with two rights more', async () => {
      await grant(TO_DELETE_SOFTLY, application)
      await using store = open(application)
      await store.deleteStream('linked', ANY)
      expect(await errorOf(() => store.getStream('linked'))).toMatchObject({ code: 'STREAM_DELETED' })
      expect(await errorOf(() => store.deleteStream('order', { ...ANY, mode: 'hard' }))).toMatchObject(REFUSED)
      expect(await store.getStream('order')).toMatchObject({ version: 4, status: 'active' })
      for (const right of TO_DELETE_SOFTLY) await revoke(right, application)
    })

    test.each([...TO_READ, ...TO_APPEND].flatMap(singleRights))('needs %s', async (right) => {
      await revoke(right, application)
      try {
        await using store = open(application)
        const refused: unknown[] = []
        // One after the other: appends that meet would become one group, which takes other rights.
        for (const operation of operationsOf(store)) await operation().catch((error) => refused.push(error))
        expect(refused.length).toBeGreaterThan(0)
        for (const error of refused) expect(error).toMatchObject(REFUSED)
      } finally {
        await grant([right], application)
      }
      await using store = open(application)
      for (const operation of operationsOf(store)) await operation()
    })
  })

  describe('the reader', () => {
    test('reads everything', async () => {
      await using store = open(reader)
      const all = await store.read('$all').toArray()
      expect(all.length).toBeGreaterThan(5)
      expect(await store.read('order', { direction: 'backwards' }).toArray()).toHaveLength(4)
      expect(await store.getStream('$all')).toMatchObject({ version: all.length })
      expect((await store.listStreams()).items.map(({ name }) => name)).toContain('order')
      await store.readSnapshot('order')
    })

    test('writes nothing', async () => {
      await using store = open(reader)
      const before = await rowCounts(database.connectionString, 'eventstore')
      const [event] = await store.read('order', { limit: 1 }).toArray()
      const writes = [
        () => store.append('order', newEvent(), ANY),
        () => store.append('new', newEvent(), ANY),
        () => store.appendAll([{ stream: 'new', ...ANY, events: [newEvent()] }]),
        () => store.link('new', [event?.id ?? ''], ANY),
        () => store.deleteStream('order', ANY),
        () => store.deleteStream('order', { ...ANY, mode: 'hard' }),
        () => store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 }),
        () => store.deleteSnapshot('order'),
        () => store.subscribe('order', 'reader').run(() => {}),
        () => store.deleteSubscription('order', 'reader'),
      ]
      for (const write of writes) expect(await errorOf(write)).toMatchObject(REFUSED)
      expect(await rowCounts(database.connectionString, 'eventstore')).toEqual(before)
    })
  })

  test('a role without any right is told so', async () => {
    const stranger = await createRole('stranger')
    await using store = open(stranger)
    const error = await errorOf(() => store.getStream('$all'))
    expect(error).toMatchObject(REFUSED)
    expect(error.message).toContain('permission denied for schema eventstore')
  })
})

/** Each privilege on each of the things that a GRANT names. */
function singleRights(rights: string): readonly string[] {
  const [privileges = '', things = ''] = rights.split(' ON ')
  const kind = /^(FUNCTION|SCHEMA) /.exec(things)?.[0] ?? ''
  return privileges.split(', ').flatMap((privilege) =>
    things
      .slice(kind.length)
      .split(', ')
      .map((thing) => `${privilege} ON ${kind}${thing}`),
  )
}

/** Each thing that an application does, on streams and snapshots of its own. */
function operationsOf(store: EventStore): readonly (() => Promise<unknown>)[] {
  const name = `probe-${crypto.randomUUID()}`
  return [
    () => store.append(name, newEvent(), ANY),
    () => store.append(name, newEvents(2), ANY),
    () => store.appendAll([1, 2].map((n) => ({ stream: `${name}-${n}`, ...ANY, events: [newEvent()] }))),
    () => store.read('$all', { limit: 1 }).toArray(),
    async () => store.link(`linked-${name}`, await store.read('$all', { limit: 1 }).toArray(), ANY),
    () => store.listStreams(),
    () => store.recordSnapshot({ sourceId: name, sourceVersion: 1, sourceType: 'S', data: 1 }),
    () => store.readSnapshot(name),
    () => store.deleteSnapshot(name),
    () => subscribe(store),
  ]
}
