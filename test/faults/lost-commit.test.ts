import { describe, expect, test } from 'vitest'
import { ConnectionError, type EventStore, WrongExpectedVersionError } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { type CutPoint, startCuttingProxy } from '../support/cutting-proxy.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

/** The ways to the database, by how many events go together. */
const SIZES = [1, 10, 5_000]

/** A store behind a proxy, which has asked the database all that it asks once. */
async function openBehindProxy() {
  const proxy = await startCuttingProxy(database.connectionString)
  const store = await freshStore(proxy.url, { poolSize: 1, onDiagnostic: () => {} })
  for (const count of SIZES) await store.append('before', newEvents(count), { expectedVersion: 'any' })
  const head = SIZES.reduce((sum, count) => sum + count, 0)
  const close = async () => {
    await store.close()
    await proxy[Symbol.asyncDispose]()
  }
  return { proxy, store, head, [Symbol.asyncDispose]: close }
}

async function positionsAfter(store: EventStore, head: number): Promise<number[]> {
  return (await store.read('$all', { from: head + 1 }).toArray()).map(({ position }) => position)
}

describe.each(SIZES)('an append of %i events whose connection is lost', (count) => {
  const points: CutPoint[] = ['before-request', 'half-request', 'after-request', 'before-answer']
  if (count === 5_000) points.push('before-answer-within', 'half-copy')

  test.each(points)('%s resolves to one correct result', async (point) => {
    await using behind = await openBehindProxy()
    const { proxy, store, head } = behind
    const cut = proxy.cutAt(point, 'marked')
    const appending = store.append('marked', newEvents(count), { expectedVersion: 'no-stream' })
    await cut
    expect(await appending).toEqual({ streamVersion: count, position: head + count })
    expect(await positionsAfter(store, head)).toEqual(range(head + 1, head + count))
  })
})

test.each(['before-request', 'before-answer'] as const)(
  'each append of a group whose connection is lost %s gets its own answer',
  async (point) => {
    await using behind = await openBehindProxy()
    const { proxy, store, head } = behind
    const cut = proxy.cutAt(point, 'marked')
    const appends = range(1, 20).map((n) => store.append(`marked-${n % 10}`, newEvents(2), { expectedVersion: 'any' }))
    const refused = rejection(store.append('before', newEvent(), { expectedVersion: 7 }))
    await cut
    const results = await Promise.all(appends)
    expect(results.map(({ position }) => position)).toEqual(range(1, 20).map((n) => head + 2 * n))
    expect(await refused).toBeInstanceOf(WrongExpectedVersionError)
    expect(await positionsAfter(store, head)).toEqual(range(head + 1, head + 40))
  },
)

test('an append that the database is still committing when its connection is lost is waited for', async () => {
  await using behind = await openBehindProxy()
  const { proxy, store, head } = behind
  await runSql(
    database.connectionString,
    `CREATE FUNCTION ${store.schema}.dawdle() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'`,
  )
  await runSql(
    database.connectionString,
    `CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON ${store.schema}.events DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW EXECUTE FUNCTION ${store.schema}.dawdle()`,
  )
  const cut = proxy.cutAt('after-request', 'marked')
  const appending = store.append('marked', newEvent(), { expectedVersion: 'no-stream' })
  await cut
  expect(await appending).toEqual({ streamVersion: 1, position: head + 1 })
  expect(await positionsAfter(store, head)).toEqual([head + 1])
})

test('when nothing can be found out in time it is ConnectionError, and repeating it with its ids is harmless', async () => {
  await using behind = await openBehindProxy()
  const { proxy, store, head } = behind
  const events = newEvents(3).map((event) => ({ ...event, id: uuidv7() }))
  const cut = proxy.cutAt('before-answer', 'marked').then(() => proxy.refuse(true))
  const appending = rejection(store.append('marked', events, { expectedVersion: 'no-stream', timeout: 2_500 }))
  await cut
  const error = await appending
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error).toMatchObject({
    message: expect.stringMatching(/lost while events were being stored .*whether they are/),
  })
  proxy.refuse(false)
  expect(await store.append('marked', events, { expectedVersion: 'no-stream' })).toMatchObject({ position: head + 3 })
  expect(await positionsAfter(store, head)).toEqual(range(head + 1, head + 3))
})
