import { expect, test } from 'vitest'
import { countingPool } from '../support/counting-pool.ts'
import { useDatabase } from '../support/database.ts'
import { range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { openTarget } from '../support/target.ts'

const database = useDatabase()

/** A page of events is read. */
const PAGE = /\.events (e|own)\b[\s\S]*LIMIT 500/

async function openCounted() {
  const pool = countingPool(database.connectionString)
  const target = await openTarget('a stream', database.connectionString, {
    pool,
    sessionConnectionString: database.connectionString,
  })
  return { pool, target }
}

test('many who follow one stream from the start read each page once', async () => {
  const { pool, target } = await openCounted()
  await using _pool = pool
  await using store = target
  await store.append(2_000)
  pool.statements.length = 0
  const all = range(1, 50).map(() => receive(store.store.follow('s', { after: 'start' })))
  for (const received of all) expect(numbersOf(await received.until(2_000))).toEqual(range(1, 2_000))
  // 4 full pages and empty ones behind them, read again with every wake-up at the beginning.
  expect(pool.count(PAGE)).toBeGreaterThanOrEqual(5)
  expect(pool.count(PAGE)).toBeLessThan(50)
  await Promise.all(all.map((received) => received.stop()))
})

test('many who follow the end of one stream share the read of what is appended', async () => {
  const { pool, target } = await openCounted()
  await using _pool = pool
  await using store = target
  const all = range(1, 50).map(() => receive(store.store.follow('s')))
  await store.append()
  for (const received of all) await received.until(1)
  pool.statements.length = 0
  for (const n of range(2, 11)) {
    await store.append()
    for (const received of all) await received.until(n)
  }
  expect(pool.count(PAGE)).toBeGreaterThanOrEqual(10)
  // A notification may wake everybody once more.
  expect(pool.count(PAGE)).toBeLessThan(60)
  await Promise.all(all.map((received) => received.stop()))
})

test('who follows a quiet stream does not read it, and the store looks at its heads about once a second', async () => {
  const { pool, target } = await openCounted()
  await using _pool = pool
  await using store = target
  await using received = receive(store.store.follow('s'))
  await store.append()
  await received.until(1)
  await using other = receive(store.store.follow('another', { after: 'start' }))
  await store.store.append('another', { type: 'T', data: 1 }, { expectedVersion: 'any' })
  await other.until(1)
  pool.statements.length = 0
  const started = performance.now()
  for (const n of range(2, 60)) {
    await store.store.append('another', { type: 'T', data: n }, { expectedVersion: 'any' })
    await other.until(n)
  }
  const seconds = (performance.now() - started) / 1_000
  expect(pool.count(/link_id/)).toBeLessThan(59 * 3)
  expect(pool.statements.filter((text) => /v\.stream_id = 0/.test(text)).length).toBeLessThanOrEqual(seconds + 2)
})

test('who follows slowly holds no more than a page', async () => {
  let deserialized = 0
  const serializer = {
    serialize: (value: unknown) => JSON.stringify(value),
    deserialize: (content: string | Uint8Array) => {
      deserialized++
      return JSON.parse(String(content))
    },
  }
  await using target = await openTarget('$all', database.connectionString, { serializer })
  await target.append(3_000)
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await using slow = receive(target.store.follow('$all', { after: 'start' }), () => held)
  await slow.until(1)
  await using quick = receive(target.store.follow('s'))
  const before = deserialized
  await target.append(1)
  await quick.until(1)
  expect(before).toBeLessThanOrEqual(2 * 500) // data and metadata of a page
  goOn()
  expect(numbersOf(await slow.until(3_001))).toEqual(range(1, 3_001))
})
