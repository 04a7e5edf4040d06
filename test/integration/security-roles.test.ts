import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { exerciseStore } from '../support/exercise.ts'
import { errorOf } from '../support/invoke.ts'
import { newEvent } from '../support/new-events.ts'
import { createTestRole, type TestRole } from '../support/roles.ts'
import { rowCounts } from '../support/row-counts.ts'
import { runSql, withClient } from '../support/run-sql.ts'

const ANY = { expectedVersion: 'any' } as const
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/roles.md'), 'utf8')
const ROLES = ['owner', 'application', 'reader'] as const

const database = useDatabase(emptyTestDatabase)
const roles = new Map<string, TestRole>()

/** The SQL of the page, in its order, for roles of this run. */
const [createSchema, ...grants] = Array.from(PAGE.matchAll(/```sql\n(.*?)```/gs), ([, sql]) => sql ?? '')
const softDeletes = grants.pop() ?? ''

beforeAll(async () => {
  for (const name of ROLES) roles.set(name, await createTestRole(`page_${name}`))
  await runSql(database.connectionString, forRoles(createSchema ?? ''))
  await migrate({ connectionString: urlOf('owner') })
  for (const sql of grants) await runSql(urlOf('owner'), forRoles(sql))
})
afterAll(async () => {
  // The database goes first: a role that owns something in it cannot be dropped.
  await runSql(database.connectionString, 'DROP SCHEMA eventstore CASCADE')
  for (const role of roles.values()) await role.drop()
})

function forRoles(sql: string): string {
  return sql.replaceAll(new RegExp(`\\b(${ROLES.join('|')})\\b`, 'g'), (name) => `"${roles.get(name)?.name}"`)
}

function urlOf(name: (typeof ROLES)[number]): string {
  return roles.get(name)?.urlOf(database.connectionString) ?? ''
}

function open(name: (typeof ROLES)[number]): EventStore {
  return new EventStore({ connectionString: urlOf(name), enableHardDeletes: true })
}

test('the page has a block of SQL for the owner, for functions, for each other role, and for soft deletes', () => {
  expect(grants).toHaveLength(3)
  expect(createSchema).toContain('AUTHORIZATION owner')
  expect(softDeletes).toContain('deleted_at')
})

describe('the roles of the page', () => {
  test('the application does everything but delete', async () => {
    await using store = open('application')
    await store.migrate()
    await exerciseStore(store, urlOf('application'))
    for (const mode of ['soft', 'hard'] as const)
      expect(await errorOf(() => store.deleteStream('order', { ...ANY, mode }))).toMatchObject({ sqlState: '42501' })
  })

  test('the application deletes softly with the last block, and not for good', async () => {
    await runSql(urlOf('owner'), forRoles(softDeletes))
    await using store = open('application')
    await store.deleteStream('linked', ANY)
    expect(await errorOf(() => store.deleteStream('order', { ...ANY, mode: 'hard' }))).toMatchObject({
      sqlState: '42501',
    })
  })

  test('the reader reads and follows, and is woken', async () => {
    await using store = open('reader')
    await using writer = open('application')
    const { version } = await store.getStream('order')
    const following = store.follow('order')[Symbol.asyncIterator]()
    const next = following.next()
    await writer.append('order', newEvent(), ANY)
    expect(await next).toMatchObject({ value: { streamVersion: version + 1 } })
    await following.return?.()
    expect(await store.listSubscriptions()).toEqual([])
  })

  test('the reader calls no function of the store, and changes no checkpoint', async () => {
    await using application = open('application')
    const subscription = application.subscribe('order', 'of the application')
    const running = subscription.run(() => {})
    await subscription.reached(1)
    await subscription.close()
    await running
    const before = await rowCounts(database.connectionString, 'eventstore')
    const functions = await runSql<{ call: string }>(
      urlOf('reader'),
      `SELECT format('SELECT %s(%s)', p.oid::regproc, (
         SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (t, n))
       ) AS call
       FROM pg_proc p WHERE p.pronamespace = 'eventstore'::regnamespace AND p.prorettype <> 'trigger'::regtype`,
    )
    expect(functions.length).toBeGreaterThan(6)
    for (const { call } of functions)
      expect(await errorOf(() => runSql(urlOf('reader'), call)), call).toMatchObject({ code: '42501' })
    for (const sql of [
      'UPDATE eventstore.subscriptions SET checkpoint = 0',
      'UPDATE eventstore.subscriptions SET holder = NULL',
      'DELETE FROM eventstore.subscriptions',
      'SELECT FROM eventstore.subscriptions FOR UPDATE',
      "INSERT INTO eventstore.subscriptions (stream_name, subscription_name) VALUES ('order', 'reader')",
      'CREATE TABLE eventstore.shadow ()',
      'CREATE FUNCTION eventstore.lock_store(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    ])
      expect(await errorOf(() => runSql(urlOf('reader'), sql)), sql).toMatchObject({ code: '42501' })
    expect(await rowCounts(database.connectionString, 'eventstore')).toEqual(before)
  })

  test('no function of the store runs with the rights of another than its caller', async () => {
    const definers = await runSql(
      database.connectionString,
      "SELECT proname FROM pg_proc WHERE pronamespace = 'eventstore'::regnamespace AND prosecdef",
    )
    expect(definers).toEqual([])
  })

  test('notifications that somebody forges wake, and do nothing else', async () => {
    await using store = open('application')
    const seen: number[] = []
    const subscription = store.subscribe('forged', 'subscriber')
    const running = subscription.run(({ eventNumber }) => void seen.push(eventNumber))
    await subscription.acquired()
    const followed: number[] = []
    const leaving = new AbortController()
    const following = (async () => {
      for await (const { eventNumber } of store.follow('forged', { signal: leaving.signal })) followed.push(eventNumber)
    })().catch(() => {})
    await store.append('forged', newEvent(), ANY)
    const [row] = await runSql<{ id: number }>(
      urlOf('reader'),
      "SELECT subscription_id AS id FROM eventstore.subscriptions WHERE subscription_name = 'subscriber'",
    )
    await withClient(urlOf('reader'), async (client) => {
      const text = "SELECT pg_notify('eventstore.' || 'eventstore.events'::regclass::oid, $1)"
      for (const payload of forgedPayloads(row?.id ?? 0)) await client.query(text, [payload])
    })
    await store.append('forged', newEvent(2), ANY)
    await subscription.reached(2)
    await expect.poll(() => followed.at(-1)).toBe(2)
    expect(seen).toEqual([1, 2])
    await expect.poll(() => subscription.state).toBe('live')
    leaving.abort()
    await following
    await subscription.close()
    await running
  })
})

/** Garbage, and what looks like the messages that stores send. */
function forgedPayloads(id: number): readonly string[] {
  const values = [null, [], {}, ['forged'], [7], '__proto__', [id], [String(id)], { length: 1e9 }]
  const keys = ['streams', 'subscriptions', 'released', 'deleted', 'sender', 'type', '__proto__']
  const objects = keys.flatMap((key) => values.map((value) => `{"sender":"x","${key}":${JSON.stringify(value)}}`))
  return ['', '{', 'null', '[]', '"text"', '1e999', '['.repeat(3_000), 'x'.repeat(7_999), ...objects]
}
