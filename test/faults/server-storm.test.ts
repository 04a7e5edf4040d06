import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectionError, EventStore } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { range } from '../support/new-events.ts'
import { type OwnServer, startOwnServer } from '../support/own-server.ts'
import { appendOnce, checkAnswers, errorsOf, isUnknown } from '../support/own-server-appends.ts'
import { numbersOf } from '../support/received.ts'
import { runSql } from '../support/run-sql.ts'
import { settled } from '../support/settled.ts'

const CONNECTIONS = 12
const STORES = 4
/** One store leaves a connection to this test. */
const POOL = CONNECTIONS - 1
/** Of one store, all at once. */
const OPERATIONS = Number(process.env.TORTURE_OPERATIONS ?? 500)

let server: OwnServer

beforeAll(async () => {
  // Nothing is kept for superusers, such as the one of these tests: they are in the way of each other as anybody is.
  server = await startOwnServer({
    settings: { max_connections: String(CONNECTIONS), superuser_reserved_connections: '0', max_wal_senders: '0' },
  })
})

afterAll(() => server[Symbol.asyncDispose]())

test('stores that want more connections than there are: what is refused says why, the rest is done, and all recover', async () => {
  const stores = range(1, STORES).map(
    () => new EventStore({ connectionString: server.url, poolSize: POOL, onDiagnostic: () => {} }),
  )
  try {
    const appending = stores.flatMap((store, n) => range(1, 40).map(() => appendOnce(store, `s-${n}`, 1)))
    const reading = stores.flatMap((store) => range(1, 40).map(() => store.read('$all').toArray()))
    const { errors, values } = await settled(reading)
    const appends = await Promise.all(appending)
    expect(errors.length).toBeGreaterThan(0)
    expect(values.length).toBeGreaterThan(0)
    for (const error of [...errors, ...errorsOf(appends)]) {
      expect(error).toBeInstanceOf(ConnectionError)
      expect(String(error)).toMatch(/too many clients|connection slots/)
    }
    const [first, ...others] = stores as [EventStore, ...EventStore[]]
    await Promise.all(others.map((store) => store.close()))

    await eventually(() =>
      checkAnswers(
        server.url,
        first,
        appends.filter((append) => !isUnknown(append)),
      ),
    )
    await eventually(async () => {
      const reads = await Promise.all(range(1, CONNECTIONS - 2).map(() => first.read('$all').toArray()))
      expect(new Set(reads.map(({ length }) => length)).size).toBe(1)
    })
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
  await eventually(async () => expect(await countConnections()).toBe(0))
})

test('hundreds of operations at once on one store take the connections of its pool, and no more', async () => {
  await using store = new EventStore({ connectionString: server.url, poolSize: 4 })
  const { version: before } = await store.getStream('$all')
  const results = await settled(
    range(1, OPERATIONS).map(async (n) => {
      const stream = `many-${n % 7}`
      if (n % 2) return store.append(stream, { type: 'Stored', data: n }, { expectedVersion: 'any' })
      return store.read('$all', { from: 'end', direction: 'backwards', limit: 3 }).toArray()
    }),
  )
  expect(results.errors).toEqual([])
  expect(await countConnections()).toBeLessThanOrEqual(4)
  const events = await store.read('$all', { from: before + 1 }).toArray()
  expect(numbersOf(events)).toEqual(range(before + 1, before + OPERATIONS / 2))
  expect(new Set(events.map(({ data }) => data)).size).toBe(OPERATIONS / 2)
})

async function countConnections(): Promise<number> {
  const [row] = await runSql<{ count: number }>(
    server.url,
    "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'eventstore'",
  )
  return row?.count ?? Number.NaN
}
