import { describe, expect, test } from 'vitest'
import type { EventStore, ListStreamsOptions } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

const openStore = () => freshStore(database.connectionString, { enableHardDeletes: true })

async function appendTo(store: EventStore, stream: string, count = 1): Promise<void> {
  await store.append(stream, newEvents(count), { expectedVersion: 'any' })
}

async function namesIn(store: EventStore, options?: ListStreamsOptions): Promise<string[]> {
  return (await store.listStreams(options)).items.map(({ name }) => name)
}

describe('the list', () => {
  test('of an empty store has one page of 50 with $all', async () => {
    await using store = await openStore()
    expect(await store.listStreams()).toEqual({
      items: [{ name: '$all', version: 0, status: 'active', createdAt: expect.any(Date), deletedAt: null }],
      page: 1,
      pageSize: 50,
      totalItems: 1,
      totalPages: 1,
    })
  })

  test('names $all and every stream in the order in which they were created, with their versions', async () => {
    await using store = await openStore()
    await appendTo(store, 'z', 3)
    await appendTo(store, 'a', 2)
    await appendTo(store, 'm', 1)
    const { items, totalItems } = await store.listStreams()
    expect(totalItems).toBe(4)
    expect(items).toEqual(
      [
        ['$all', 6],
        ['z', 3],
        ['a', 2],
        ['m', 1],
      ].map(([name, version]) => ({ name, version, status: 'active', createdAt: expect.any(Date), deletedAt: null })),
    )
    for (const item of items) expect(item).toEqual(await store.getStream(item.name))
  })

  test('has soft deleted streams as deleted, and no hard deleted ones; $all keeps its version', async () => {
    await using store = await openStore()
    for (const name of ['kept', 'soft', 'hard']) await appendTo(store, name, 2)
    await store.deleteStream('soft', { expectedVersion: 2 })
    await store.deleteStream('hard', { expectedVersion: 2, mode: 'hard' })
    const { items } = await store.listStreams()
    expect(items.map(({ name, version, status }) => [name, version, status])).toEqual([
      ['$all', 6, 'active'],
      ['kept', 2, 'active'],
      ['soft', 2, 'deleted'],
    ])
    const deletedAt = items[2]?.deletedAt
    expect(deletedAt).toBeInstanceOf(Date)
    expect(Math.abs(Date.now() - Number(deletedAt))).toBeLessThan(60_000)
    expect(items.slice(0, 2).map((item) => item.deletedAt)).toEqual([null, null])
  })
})

describe('pages', () => {
  test('of 2 over 7 streams are 4, the first by default, and the last has 1', async () => {
    await using store = await openStore()
    for (const n of range(1, 6)) await appendTo(store, `s-${n}`)
    const pages = await Promise.all(range(1, 4).map((page) => store.listStreams({ page, pageSize: 2 })))
    expect(pages.map(({ items }) => items.map(({ name }) => name))).toEqual([
      ['$all', 's-1'],
      ['s-2', 's-3'],
      ['s-4', 's-5'],
      ['s-6'],
    ])
    for (const [index, page] of pages.entries()) {
      expect(page).toMatchObject({ page: index + 1, pageSize: 2, totalItems: 7, totalPages: 4 })
    }
    expect(await store.listStreams({ pageSize: 2 })).toEqual(pages[0])
  })

  test('past the last are empty, and tell how many there are', async () => {
    await using store = await openStore()
    expect(await store.listStreams({ page: 9 })).toEqual({
      items: [],
      page: 9,
      pageSize: 50,
      totalItems: 1,
      totalPages: 1,
    })
  })

  test.each<ListStreamsOptions>([{ page: 0 }, { page: 1.5 }, { pageSize: 0 }, { pageSize: -1 }, { page: Number.NaN }])(
    '%j is a RangeError',
    async (options) => {
      await using store = await openStore()
      expect(await rejection(store.listStreams(options))).toBeInstanceOf(RangeError)
    },
  )
})

describe('search', () => {
  test('finds the streams whose name contains the text, and counts only them', async () => {
    await using store = await openStore()
    for (const name of ['stream-1', 'stream-2', 'stream-3', 'other']) await appendTo(store, name)
    expect(await store.listStreams({ search: '$all' })).toMatchObject({ totalItems: 1, totalPages: 1 })
    expect(await store.listStreams({ search: 'stream-1' })).toMatchObject({ totalItems: 1 })
    expect(await store.listStreams({ search: 'stream', pageSize: 2 })).toMatchObject({ totalItems: 3, totalPages: 2 })
    expect(await namesIn(store, { search: 'eam-' })).toEqual(['stream-1', 'stream-2', 'stream-3'])
    expect(await store.listStreams({ search: 'nowhere' })).toMatchObject({ items: [], totalItems: 0, totalPages: 0 })
    expect(await namesIn(store, { search: '' })).toHaveLength(5)
  })

  test.each([
    ['a_c', ['a_c']],
    ['_', ['a_c']],
    ['a%c', ['a%c']],
    ['%', ['a%c']],
    ['\\', ['a\\c']],
    ['A', ['ABC']],
    ["'", ["a'c"]],
    ['ü', ['üc']],
  ])('takes %j literally', async (search, found) => {
    await using store = await openStore()
    for (const name of ['abc', 'a_c', 'a%c', 'a\\c', 'ABC', "a'c", 'üc']) await appendTo(store, name)
    expect(await namesIn(store, { search })).toEqual(found)
  })

  test('for what no name can contain is a RangeError, for what is no text a TypeError', async () => {
    await using store = await openStore()
    const number: unknown = 7
    expect(await rejection(store.listStreams({ search: '\u0000' }))).toBeInstanceOf(RangeError)
    expect(await rejection(store.listStreams({ search: number as string }))).toBeInstanceOf(TypeError)
  })
})

describe('order', () => {
  test.each<[ListStreamsOptions, readonly string[]]>([
    [{}, ['$all', 'b', 'a', 'B', 'é', 'c']],
    [{ sortBy: 'createdAt' }, ['$all', 'b', 'a', 'B', 'é', 'c']],
    [{ sortBy: 'createdAt', sortDirection: 'descending' }, ['c', 'é', 'B', 'a', 'b', '$all']],
    [{ sortDirection: 'descending' }, ['c', 'é', 'B', 'a', 'b', '$all']],
    [{ sortBy: 'name' }, ['$all', 'B', 'a', 'b', 'c', 'é']],
    [{ sortBy: 'name', sortDirection: 'descending' }, ['é', 'c', 'b', 'a', 'B', '$all']],
    [{ sortBy: 'version' }, ['B', 'c', 'é', 'a', 'b', '$all']],
    [{ sortBy: 'version', sortDirection: 'descending' }, ['$all', 'b', 'a', 'é', 'c', 'B']],
    [{ sortBy: 'deletedAt' }, ['c', 'a', '$all', 'b', 'B', 'é']],
    [{ sortBy: 'deletedAt', sortDirection: 'descending' }, ['a', 'c', 'é', 'B', 'b', '$all']],
  ])('%j', async (options, expected) => {
    await using store = await openStore()
    const versions = { b: 5, a: 4, B: 1, é: 3, c: 2 }
    for (const [name, count] of Object.entries(versions)) await appendTo(store, name, count)
    await store.deleteStream('c', { expectedVersion: 'any' })
    await store.deleteStream('a', { expectedVersion: 'any' })
    await runSql(
      database.connectionString,
      `UPDATE ${store.schema}.streams SET deleted_at = deleted_at - interval '1 hour' WHERE stream_name = 'c'`,
    )
    expect(await namesIn(store, options)).toEqual(expected)
  })

  test('of streams created at the same time is that in which they were created, and pages do not overlap', async () => {
    await using store = await openStore()
    const names = range(1, 9).map((n) => `s-${10 - n}`)
    const createdAt = new Date('2001-02-03T04:05:06.789Z')
    for (const name of names) await store.append(name, newEvents(1), { expectedVersion: 'any', createdAt })
    for (const sortBy of ['createdAt', 'version', 'deletedAt'] as const) {
      const pages = await Promise.all(
        range(1, 5).map((page) => namesIn(store, { sortBy, page, pageSize: 2, search: 's-' })),
      )
      expect(pages.flat()).toEqual(names)
    }
  })

  test('by what is no column is a RangeError', async () => {
    await using store = await openStore()
    const misspelt: object = { sortBy: 'created_at; DROP TABLE events' }
    expect(await rejection(store.listStreams(misspelt))).toBeInstanceOf(RangeError)
    const direction: object = { sortDirection: 'down' }
    expect(await rejection(store.listStreams(direction))).toBeInstanceOf(RangeError)
  })
})
