import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/index.ts'
import { appendConcurrently } from '../support/append-concurrently.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { errorOf, invoke } from '../support/invoke.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

describe.each(KINDS)('following %s', (kind) => {
  const open = () => openTarget(kind, database.connectionString)

  test('by default gives only what is appended after iterating began', async () => {
    await using target = await open()
    const followed = target.store.follow(target.stream)
    await target.append(3)
    await using received = receive(followed)
    await target.append(2)
    expect(numbersOf(await received.until(2))).toEqual([4, 5])
    await target.append()
    expect(numbersOf(await received.until(3))).toEqual([4, 5, 6])
  })

  test('gives what is appended in the very tick in which iterating begins', async () => {
    await using target = await open()
    await target.append(2)
    await using received = receive(target.store.follow(target.stream, { after: 'end' }))
    const appending = Promise.all([target.append(), target.append()])
    expect(numbersOf(await received.until(2))).toEqual([3, 4])
    await appending
  })

  test('from the start gives what is stored, and goes on with what comes', async () => {
    await using target = await open()
    await target.append(1_203)
    await using received = receive(target.store.follow(target.stream, { after: 'start' }))
    await received.until(1_203)
    await target.append(2)
    expect(numbersOf(await received.until(1_205))).toEqual(range(1, 1_205))
  })

  test('after a number gives what is behind it', async () => {
    await using target = await open()
    await target.append(5)
    await using received = receive(target.store.follow(target.stream, { after: 3 }))
    await using fromZero = receive(target.store.follow(target.stream, { after: 0 }))
    await target.append()
    expect(numbersOf(await received.until(3))).toEqual([4, 5, 6])
    expect(numbersOf(await fromZero.until(6))).toEqual(range(1, 6))
  })

  test('after a number past the end waits until the stream is longer', async () => {
    await using target = await open()
    await target.append(2)
    await using received = receive(target.store.follow(target.stream, { after: 4 }))
    await using everything = receive(target.store.follow(target.stream, { after: 'start' }))
    await target.append(2)
    await everything.until(4)
    await target.append(2)
    expect(numbersOf(await received.until(2))).toEqual([5, 6])
  })

  test('begins before the stream exists', async () => {
    await using target = await open()
    await using fromEnd = receive(target.store.follow(target.stream))
    await using fromStart = receive(target.store.follow(target.stream, { after: 'start' }))
    await target.append(2)
    expect(numbersOf(await fromEnd.until(2))).toEqual([1, 2])
    expect(numbersOf(await fromStart.until(2))).toEqual([1, 2])
  })

  test('leaves out what the filter refuses', async () => {
    await using target = await open()
    const filter = ({ eventNumber }: RecordedEvent) => eventNumber % 2 === 0
    await target.append(4)
    await using received = receive(target.store.follow(target.stream, { after: 'start', filter }))
    expect(numbersOf(await received.until(2))).toEqual([2, 4])
    await target.append(4)
    expect(numbersOf(await received.until(4))).toEqual([2, 4, 6, 8])
  })

  test('gives events as a read does', async () => {
    await using target = await open()
    await target.append(3)
    await using received = receive(target.store.follow(target.stream, { after: 'start' }))
    expect(await received.until(3)).toEqual(await target.store.read(target.stream).toArray())
  })

  test('gives what another store appends', async () => {
    await using target = await open()
    const other = target.sibling()
    await target.append()
    await using received = receive(target.store.follow(target.stream, { after: 'start' }))
    await received.until(1)
    await target.append(2, other)
    await target.append(1, other)
    expect(numbersOf(await received.until(4))).toEqual([1, 2, 3, 4])
  })

  test('to many at once gives each the same events in the same order', async () => {
    await using target = await open()
    await target.append(600)
    const all = range(1, 20).map(() => receive(target.store.follow(target.stream, { after: 'start' })))
    await target.append(600)
    for (const received of all) expect(numbersOf(await received.until(1_200))).toEqual(range(1, 1_200))
    await Promise.all(all.map((received) => received.stop()))
  })
})

describe('following', () => {
  test('a stream does not give the events of another one', async () => {
    await using target = await openTarget('a stream', database.connectionString)
    await using received = receive(target.store.follow('s'))
    await target.store.append('another', newEvents(3), { expectedVersion: 'any' })
    await target.append(1)
    expect((await received.until(1)).map(({ streamName }) => streamName)).toEqual(['s'])
  })

  test('gives what a caller commits, when he commits it', async () => {
    await using target = await openTarget('$all', database.connectionString)
    const other = target.sibling()
    await using received = receive(target.store.follow('$all', { after: 'start' }))
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await other.withClient(client).append('s', newEvents(2), { expectedVersion: 'any' })
      expect(received.items).toEqual([])
      await client.query('COMMIT')
    })
    expect(numbersOf(await received.until(2))).toEqual([1, 2])
  })

  test('never gives what a caller rolls back', async () => {
    await using target = await openTarget('$all', database.connectionString)
    await using received = receive(target.store.follow('$all'))
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await target.store.withClient(client).append('s', newEvent(100), { expectedVersion: 'any' })
      await client.query('ROLLBACK')
    })
    await target.append()
    expect((await received.until(1)).map(({ data }) => data)).toEqual([{ n: 1 }])
  })

  test('$all gives everything in the order of positions while two stores append at once', async () => {
    await using target = await openTarget('$all', database.connectionString)
    const other = target.sibling()
    await using received = receive(target.store.follow('$all', { after: 'start' }))
    await using fromOther = receive(other.follow('$all', { after: 'start' }))
    await Promise.all([appendConcurrently(target.store, 150), appendConcurrently(other, 150)])
    const { version } = await target.store.getStream('$all')
    expect(numbersOf(await received.until(version))).toEqual(range(1, version))
    expect(numbersOf(await fromOther.until(version))).toEqual(range(1, version))
  })

  test('rejects with what the filter throws, and disturbs no other follower', async () => {
    await using target = await openTarget('$all', database.connectionString)
    const mistake = new Error('a mistake in the filter')
    const filter = ({ eventNumber }: RecordedEvent) => {
      if (eventNumber === 2) throw mistake
      return true
    }
    await using failing = receive(target.store.follow('$all', { filter }))
    await using other = receive(target.store.follow('$all'))
    await target.append(3)
    expect(await rejection(failing.ended)).toBe(mistake)
    expect(numbersOf(failing.items)).toEqual([1])
    await target.append(2)
    expect(numbersOf(await other.until(5))).toEqual(range(1, 5))
  })

  test('rejects with what the serializer throws, and disturbs no follower of another stream', async () => {
    const mistake = new Error('cannot be deserialized')
    const serializer = {
      serialize: (value: unknown) => JSON.stringify(value),
      deserialize: (content: string | Uint8Array, { type }: { readonly type: string }) => {
        if (type === 'Broken') throw mistake
        return JSON.parse(String(content))
      },
    }
    await using store = await freshStore(database.connectionString, { serializer })
    await using failing = receive(store.follow('broken'))
    await using other = receive(store.follow('s'))
    await store.append('broken', { type: 'Broken', data: 1 }, { expectedVersion: 'any' })
    expect(await rejection(failing.ended)).toBe(mistake)
    await store.append('s', newEvent(), { expectedVersion: 'any' })
    expect(numbersOf(await other.until(1))).toEqual([1])
  })
})

describe('follow refuses at once', () => {
  test.each<[why: string, args: readonly unknown[], error: typeof TypeError | typeof RangeError]>([
    ['a stream name of another type', [1], TypeError],
    ['an empty stream name', [''], RangeError],
    ['a negative number', ['s', { after: -1 }], RangeError],
    ['a fraction', ['s', { after: 0.5 }], RangeError],
    ['NaN', ['s', { after: Number.NaN }], RangeError],
    ['a word that it does not know', ['s', { after: 'now' }], RangeError],
    ['null', ['s', { after: null }], TypeError],
    ['a filter that is no function', ['s', { filter: true }], TypeError],
    ['a signal that is none', ['s', { signal: {} }], TypeError],
    ['an unknown option', ['s', { from: 1 }], TypeError],
    ['options that are no object', ['s', 5], TypeError],
  ])('%s', async (_, args, error) => {
    await using target = await openTarget('$all', database.connectionString)
    expect(await errorOf(() => invoke(target.store, 'follow', ...args))).toBeInstanceOf(error)
  })
})
