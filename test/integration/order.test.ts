import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { EventStore, type RecordedEvent } from '../../src/index.ts'
import { type Appended, appendConcurrently } from '../support/append-concurrently.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { countWaiting, withClient } from '../support/run-sql.ts'
import { spawnScript } from '../support/script.ts'
import { settled } from '../support/settled.ts'

const database = useDatabase()

describe('many writers, in two stores of this process and one of another', () => {
  test('make one order without gaps, in which each result is right', async () => {
    await using one = await freshStore(database.connectionString)
    await using two = new EventStore({ connectionString: database.connectionString, schema: one.schema })
    const elsewhere = appendElsewhere(one.schema, 150)
    await eventually(async () => expect((await one.getStream('$all')).version).toBeGreaterThan(0), { within: 20_000 })
    const here = await Promise.all([appendConcurrently(one, 150), appendConcurrently(two, 150)])
    const appended = [...here.flat(), ...(await elsewhere)]
    expect(appended).toHaveLength(450)

    const all = await one.read('$all').toArray()
    expect(all.map(({ position }) => position)).toEqual(range(1, appended.flatMap(({ ids }) => ids).length))
    expectAscendingTimes(all)
    await expectStreamsInOrder(one, all)
    expectRightResults(appended, all)
  })

  async function appendElsewhere(schema: string, count: number): Promise<Appended[]> {
    const child = spawnScript('writer.ts', { args: [database.connectionString, schema, String(count)] })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect(code).toBe(0)
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Appended)
  }

  function expectAscendingTimes(all: readonly RecordedEvent[]): void {
    const times = all.map(({ createdAt }) => createdAt.getTime())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  }

  async function expectStreamsInOrder(store: EventStore, all: readonly RecordedEvent[]): Promise<void> {
    for (const stream of new Set(all.map(({ streamName }) => streamName))) {
      const inAll = all.filter(({ streamName }) => streamName === stream)
      expect(inAll.map(({ streamVersion }) => streamVersion)).toEqual(range(1, inAll.length))
      const inStream = await store.read(stream).toArray()
      expect(inStream.map(({ id }) => id)).toEqual(inAll.map(({ id }) => id))
    }
  }

  function expectRightResults(appended: readonly Appended[], all: readonly RecordedEvent[]): void {
    const byId = new Map(all.map((event) => [event.id, event]))
    for (const { stream, ids, result } of appended) {
      const events = ids.map((id) => byId.get(id))
      expect(events.map((event) => event?.streamName)).toEqual(ids.map(() => stream))
      const { streamVersion, position } = result
      const numbers = (last: number) => range(last - ids.length + 1, last)
      expect(events.map((event) => event?.streamVersion)).toEqual(numbers(streamVersion))
      expect(events.map((event) => event?.position)).toEqual(numbers(position))
    }
  }
})

describe('a reader', () => {
  test('who goes on after the last position that he saw misses nothing, whatever commits meanwhile', async () => {
    await using store = await freshStore(database.connectionString)
    await using writer = new EventStore({ connectionString: database.connectionString, schema: store.schema })
    let writing = true
    const done = appendConcurrently(writer, 300).finally(() => {
      writing = false
    })
    const seen: number[] = []
    for (let last = false; !last; ) {
      last = !writing
      const events = await store.read('$all', { from: seen.length + 1, batchSize: 7 }).toArray()
      seen.push(...events.map(({ position }) => position))
    }
    const count = (await done).flatMap(({ ids }) => ids).length
    expect(seen).toEqual(range(1, count))
  })

  test('sees nothing of a transaction that goes on, and those who append after it wait for it', async () => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('first', newEvents(2), { expectedVersion: 0 })
      const second = store.append('second', newEvent(), { expectedVersion: 0 })
      await eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1))
      expect(await store.read('$all').toArray()).toEqual([])
      await client.query('COMMIT')
      expect(await second).toEqual({ streamVersion: 1, position: 3 })
    })
    expect((await store.read('$all').toArray()).map(({ streamName }) => streamName)).toEqual([
      'first',
      'first',
      'second',
    ])
  })

  test('finds no gap where a transaction was rolled back', async () => {
    await using store = await freshStore(database.connectionString)
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).append('never', newEvents(5), { expectedVersion: 0 })
      await client.query('ROLLBACK')
    })
    expect(await store.append('s', newEvent(), { expectedVersion: 0 })).toEqual({ streamVersion: 1, position: 1 })
  })
})

test('appends, links and deletions of many writers to the same streams do not block each other for ever', async () => {
  await using one = await freshStore(database.connectionString, { enableHardDeletes: true })
  await using two = new EventStore({
    connectionString: database.connectionString,
    schema: one.schema,
    enableHardDeletes: true,
  })
  await one.append('source', newEvents(20), { expectedVersion: 0 })
  const source = await one.read('source').toArray()
  const { errors } = await settled(
    range(1, 60).flatMap((n): Promise<unknown>[] => {
      const store = n % 2 ? one : two
      const event = source[n % source.length]
      return [
        store.append(`s-${n % 3}`, newEvents(2), { expectedVersion: 'any' }),
        store.link(`s-${n % 3}`, event ? [event] : [], { expectedVersion: 'any' }),
        store.deleteStream(`s-${n % 3}`, { expectedVersion: 'any', mode: 'hard' }),
      ]
    }),
  )
  const codes = new Set(errors.map((error) => (error as { code?: string }).code))
  expect([...codes].filter((code) => code !== 'DUPLICATE_EVENT' && code !== 'STREAM_NOT_FOUND')).toEqual([])
  expect((await one.read('source').toArray()).map(({ id }) => id)).toEqual(source.map(({ id }) => id))
})
