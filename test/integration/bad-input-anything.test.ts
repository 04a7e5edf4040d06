import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DatabaseError, type EventStore, EventStoreError, type StreamOperations } from '../../src/index.ts'
import { anything } from '../support/arbitraries.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { invoke } from '../support/invoke.ts'
import { newEvents } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'

/** What the language says when nobody has checked an argument. */
const UNCHECKED =
  /Cannot |is not (a function|iterable|defined|extensible)|undefined is not|Invalid (array|string) length/

/** Milliseconds that a call with any arguments may take. */
const PROMPTLY = 5_000

const stream = or('order-1', 'order-2', '$all')
const version = or('any', 'no-stream', 'stream-exists', 0, 1)
const timeout = or(0.001, 15_000, 1e12)
const createdAt = or(new Date(0))
const event = record({
  type: or('OrderPlaced'),
  data: or({ total: 1 }),
  metadata: or({ user: 'ann' }),
  id: or('0190a0b0-0000-7000-8000-00000000abcd'),
  causationId: or('0190a0b0-0000-7000-8000-00000000abcd'),
  correlationId: or('0190a0b0-0000-7000-8000-00000000abcd'),
})
const events = fc.oneof(event, fc.array(event, { maxLength: 3 }), anything)
const part = record({ stream, expectedVersion: version, events: fc.oneof(fc.array(event, { maxLength: 3 }), anything) })
const appendOptions = record({ expectedVersion: version, createdAt, timeout })
const operationOptions = record({ timeout })

const CALLS: Readonly<Record<keyof StreamOperations, fc.Arbitrary<unknown[]>>> = {
  append: fc.tuple(stream, events, appendOptions),
  appendAll: fc.tuple(fc.oneof(fc.array(part, { maxLength: 3 }), anything), record({ createdAt, timeout })),
  link: fc.tuple(stream, fc.oneof(events, fc.array(anything)), appendOptions),
  read: fc.tuple(
    stream,
    record({
      from: or('start', 'end', 1, 2),
      direction: or('forwards', 'backwards'),
      limit: or(0, 3),
      batchSize: or(1, 2),
      timeout,
      signal: or(new AbortController().signal, AbortSignal.abort(new RangeError('aborted'))),
    }),
  ),
  deleteStream: fc.tuple(stream, record({ expectedVersion: version, mode: or('soft', 'hard'), timeout })),
  getStream: fc.tuple(stream, operationOptions),
  listStreams: fc.tuple(
    record({
      page: or(1, 2),
      pageSize: or(1, 2),
      search: or('order', '%'),
      sortBy: or('name', 'version', 'createdAt', 'deletedAt'),
      sortDirection: or('ascending', 'descending'),
      timeout,
    }),
  ),
  recordSnapshot: fc.tuple(
    record({
      sourceId: stream,
      sourceVersion: or(1),
      sourceType: or('T'),
      data: anything,
      metadata: or({}),
      createdAt,
    }),
    operationOptions,
  ),
  readSnapshot: fc.tuple(stream, operationOptions),
  deleteSnapshot: fc.tuple(stream, operationOptions),
}

const database = useDatabase()

describe.each(['json', 'jsonb', 'bytea'] as const)('with payload %s', (payload) => {
  let store: EventStore

  beforeAll(async () => {
    store = await freshStore(database.connectionString, { payload, enableHardDeletes: true })
    await store.append('order-1', newEvents(5), { expectedVersion: 'no-stream' })
  })
  afterAll(() => store.close())

  test.each(Object.entries(CALLS))(
    '%s with anything works, or is refused promptly with a sentence',
    async (method, args) => {
      await fc.assert(
        fc.asyncProperty(args, async (values) => {
          await expectRefusalOrResult(store, method, values)
        }),
        { numRuns: 150 },
      )
      expect((await store.append('usable', newEvents(1), { expectedVersion: 'any' })).position).toBeGreaterThan(0)
    },
  )

  test("anything in a caller's transaction works, or is refused", async () => {
    const call = fc
      .constantFrom(...Object.entries(CALLS))
      .chain(([method, args]) => fc.tuple(fc.constant(method), args))
    await withClient(database.connectionString, async (client) => {
      await fc.assert(
        fc.asyncProperty(call, async ([method, values]) => {
          await client.query('BEGIN')
          try {
            await expectRefusalOrResult(store.withClient(client), method, values)
          } finally {
            await client.query('ROLLBACK')
          }
        }),
        { numRuns: 150 },
      )
    })
  })
})

async function expectRefusalOrResult(target: object, method: string, args: readonly unknown[]): Promise<void> {
  const start = performance.now()
  try {
    const result = await invoke(target, method, ...args)
    if (method === 'read') await invoke(Object(result), 'toArray')
  } catch (error) {
    const expected = error instanceof TypeError || error instanceof RangeError || error instanceof EventStoreError
    if (!expected || error instanceof DatabaseError) throw error
    expect(error.message).not.toMatch(UNCHECKED)
    expect(error.message.length).toBeLessThan(5_000)
  }
  expect(performance.now() - start).toBeLessThan(PROMPTLY)
}

/** One of these half of the time, else anything. */
function or(...values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fc.constantFrom(...values), weight: 4 }, anything)
}

/** Some of these fields, or anything. */
function record(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fc.record({ ...fields }, { requiredKeys: [] }), weight: 8 }, anything)
}
