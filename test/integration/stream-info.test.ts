import { describe, expect, test } from 'vitest'
import { StreamDeletedError, StreamNotFoundError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

const openStore = () => freshStore(database.connectionString, { enableHardDeletes: true })

describe('a stream', () => {
  test.each([1, 3])('with %i events has that version, is active, and has just been created', async (count) => {
    await using store = await openStore()
    await store.append('s', newEvents(count), { expectedVersion: 'any' })
    const info = await store.getStream('s')
    expect(info).toEqual({ name: 's', version: count, status: 'active', createdAt: expect.any(Date), deletedAt: null })
    expect(Math.abs(Date.now() - info.createdAt.getTime())).toBeLessThan(60_000)
  })

  test('has its own version, whatever $all has', async () => {
    await using store = await openStore()
    await store.append('one', newEvents(1), { expectedVersion: 'any' })
    await store.append('two', newEvents(2), { expectedVersion: 'any' })
    await store.append('three', newEvents(3), { expectedVersion: 'any' })
    const infos = await Promise.all(['one', 'two', 'three', '$all'].map((name) => store.getStream(name)))
    expect(infos.map(({ version }) => version)).toEqual([1, 2, 3, 6])
    expect(infos.map(({ name }) => name)).toEqual(['one', 'two', 'three', '$all'])
  })

  test('counts links and own events together', async () => {
    await using store = await openStore()
    await store.append('source', newEvents(3), { expectedVersion: 'any' })
    await store.link('target', await store.read('source').toArray(), { expectedVersion: 'any' })
    expect((await store.getStream('target')).version).toBe(3)
    await store.append('target', newEvent(), { expectedVersion: 3 })
    expect((await store.getStream('target')).version).toBe(4)
  })

  test('keeps its createdAt when events are appended later', async () => {
    await using store = await openStore()
    await store.append('s', newEvent(), { expectedVersion: 'any' })
    const { createdAt } = await store.getStream('s')
    const [event] = await store.read('s').toArray()
    expect(createdAt).toEqual(event?.createdAt)
    await store.append('s', newEvent(), { expectedVersion: 'any', createdAt: new Date(0) })
    expect((await store.getStream('s')).createdAt).toEqual(createdAt)
  })

  test('that does not exist is StreamNotFoundError', async () => {
    await using store = await openStore()
    const error = await rejection(store.getStream('missing'))
    expect(error).toBeInstanceOf(StreamNotFoundError)
    expect(error).toMatchObject({ code: 'STREAM_NOT_FOUND', streamName: 'missing' })
  })

  test('that is soft deleted is StreamDeletedError, hard deleted StreamNotFoundError, others are unaffected', async () => {
    await using store = await openStore()
    for (const name of ['soft', 'hard', 'other']) await store.append(name, newEvents(2), { expectedVersion: 'any' })
    await store.deleteStream('soft', { expectedVersion: 'any' })
    await store.deleteStream('hard', { expectedVersion: 'any', mode: 'hard' })
    const error = await rejection(store.getStream('soft'))
    expect(error).toBeInstanceOf(StreamDeletedError)
    expect(error).toMatchObject({ code: 'STREAM_DELETED', streamName: 'soft' })
    expect(await rejection(store.getStream('hard'))).toBeInstanceOf(StreamNotFoundError)
    expect(await store.getStream('other')).toMatchObject({ version: 2, status: 'active' })
    expect(await store.getStream('$all')).toMatchObject({ version: 6, status: 'active' })
  })

  test.each(['', 'a\u0000', 'x'.repeat(1_001)])('cannot be called %j', async (name) => {
    await using store = await openStore()
    expect(await rejection(store.getStream(name))).toBeInstanceOf(RangeError)
  })
})

describe('$all', () => {
  test('is there in an empty store, at version 0', async () => {
    await using store = await openStore()
    expect(await store.getStream('$all')).toEqual({
      name: '$all',
      version: 0,
      status: 'active',
      createdAt: expect.any(Date),
      deletedAt: null,
    })
  })

  test('has the last position that was given as its version, also of events that were hard deleted', async () => {
    await using store = await openStore()
    await store.append('a', newEvents(2), { expectedVersion: 'any' })
    await store.append('b', newEvents(2), { expectedVersion: 'any' })
    await store.deleteStream('b', { expectedVersion: 'any', mode: 'hard' })
    expect((await store.getStream('$all')).version).toBe(4)
  })
})
