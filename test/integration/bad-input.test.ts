import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore, HardDeletesDisabledError, InvalidEventError, ReadOnlyStreamError } from '../../src/index.ts'
import { BAD_CALLS, type ErrorClass } from '../support/bad-calls.ts'
import { useDatabase } from '../support/database.ts'
import { errorOf, invoke } from '../support/invoke.ts'
import { newEvent } from '../support/new-events.ts'
import { rowCounts } from '../support/row-counts.ts'

const CODES: ReadonlyMap<ErrorClass, string> = new Map<ErrorClass, string>([
  [InvalidEventError, 'INVALID_EVENT'],
  [ReadOnlyStreamError, 'READ_ONLY_STREAM'],
  [HardDeletesDisabledError, 'HARD_DELETES_DISABLED'],
])

const database = useDatabase()

describe.each(['json', 'jsonb', 'bytea'] as const)('with payload %s', (payload) => {
  const schema = `bad_${payload}`
  let store: EventStore
  let before: object

  beforeAll(async () => {
    store = new EventStore({ connectionString: database.connectionString, schema, payload })
    await store.migrate()
    await store.append('kept', newEvent(), { expectedVersion: 'no-stream' })
    before = await rowCounts(database.connectionString, schema)
  })
  afterAll(() => store.close())

  test.each(BAD_CALLS.map((bad) => [`${bad.call[0]} refuses ${bad.title}`, bad] as const))('%s', async (_, bad) => {
    const [method, ...args] = bad.call
    const error = method === 'read' ? thrownBy(() => invoke(store, method, ...args)) : await rejection(store, bad.call)
    expect(error).toBeInstanceOf(bad.error)
    expect(error.message).toContain(bad.message)
    expect({ code: undefined, ...error }.code).toBe(CODES.get(bad.error))
  })

  test('none of it sends a statement, so that a transaction of the caller stays as it was', async () => {
    const sent: unknown[] = []
    const query = async (statement: unknown) => {
      sent.push(statement)
      return { rows: [] }
    }
    const operations = store.withClient({ query })
    for (const { call, error } of BAD_CALLS)
      expect(await errorOf(() => invoke(operations, ...call))).toBeInstanceOf(error)
    expect(sent).toEqual([])
  })

  test('none of it stores anything, and the store works as before', async () => {
    for (const { call } of BAD_CALLS) await errorOf(() => invoke(store, ...call))
    expect(await rowCounts(database.connectionString, schema)).toEqual(before)
    expect(await store.append('kept', newEvent(2), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 2 })
    expect((await store.read('$all').toArray()).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }])
  })
})

test.each([1e12, 2 ** 31, Number.POSITIVE_INFINITY])('a timeout of %d ms is as long as it says', async (timeout) => {
  await using store = new EventStore({ connectionString: database.connectionString })
  const stream = `patient-${timeout}`
  await store.append(stream, newEvent(), { expectedVersion: 'no-stream', timeout })
  await store.appendAll([{ stream, expectedVersion: 1, events: [newEvent(2)] }], { timeout })
  const events = await store.read(stream, { timeout }).toArray()
  await store.link(`linked-${stream}`, events, { expectedVersion: 'no-stream', timeout })
  expect(await store.getStream(stream, { timeout })).toMatchObject({ version: 2 })
  expect((await store.listStreams({ search: stream, timeout })).totalItems).toBe(2)
  const snapshot = { sourceId: stream, sourceVersion: 2, sourceType: 'Order', data: {} }
  await store.recordSnapshot(snapshot, { timeout })
  expect(await store.readSnapshot(stream, { timeout })).toMatchObject(snapshot)
  await store.deleteSnapshot(stream, { timeout })
  await store.deleteStream(stream, { expectedVersion: 2, timeout })
})

/** What is thrown at once. */
function thrownBy(task: () => unknown): Error {
  try {
    task()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('Expected an Error to be thrown at once')
}

/** What the promise rejects with that the call returns: it must not throw. */
function rejection(store: EventStore, call: readonly [string, ...unknown[]]): Promise<Error> {
  const promise = invoke(store, ...call)
  return errorOf(() => promise)
}
