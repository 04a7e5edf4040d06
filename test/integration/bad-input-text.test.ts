import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EventStore, InvalidEventError } from '../../src/index.ts'
import { invalidName, jsonObject, jsonValue, validName } from '../support/arbitraries.ts'
import { BAD_CALLS } from '../support/bad-calls.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { errorOf, invoke } from '../support/invoke.ts'

const ANY = { expectedVersion: 'any' } as const
const EVENT = { type: 'T', data: 1 }

const database = useDatabase()

describe.each(['json', 'jsonb', 'bytea'] as const)('with payload %s', (payload) => {
  let store: EventStore

  beforeAll(async () => {
    store = await freshStore(database.connectionString, { payload })
  })
  afterAll(() => store.close())

  test('any JSON is read as it was given, or refused before it is sent when jsonb cannot hold it', async () => {
    let stored = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(jsonValue, jsonObject), { minLength: 1, maxLength: 4 }), async (contents) => {
        const events = contents.map(([data, metadata]) => ({ type: 'T', data, metadata }))
        if (payload === 'jsonb' && contents.some(holdsUnstorable)) {
          expect(await errorOf(() => store.append('any-json', events, ANY))).toBeInstanceOf(InvalidEventError)
          return
        }
        const { streamVersion } = await store.append('any-json', events, ANY)
        stored += events.length
        expect(streamVersion).toBe(stored)
        const read = await store.read('any-json', { from: streamVersion - events.length + 1 }).toArray()
        expectSameJson(
          read.map(({ data, metadata }) => [data, metadata]),
          contents,
        )
      }),
      { numRuns: 150 },
    )
  })

  test('any JSON is kept in a snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(jsonValue, jsonObject, validName, async (data, metadata, sourceId) => {
        const record = () => store.recordSnapshot({ sourceId, sourceVersion: 1, sourceType: sourceId, data, metadata })
        if (payload === 'jsonb' && holdsUnstorable([data, metadata])) {
          expect(await errorOf(record)).toBeInstanceOf(InvalidEventError)
          return
        }
        await record()
        const snapshot = await store.readSnapshot(sourceId)
        expect(snapshot).toMatchObject({ sourceId, sourceType: sourceId })
        expectSameJson([snapshot?.data, snapshot?.metadata], [data, metadata])
      }),
      { numRuns: 50 },
    )
  })
})

describe('names', () => {
  let store: EventStore

  beforeAll(async () => {
    store = await freshStore(database.connectionString)
  })
  afterAll(() => store.close())

  test('any valid name of a stream and a type is stored to the letter, whatever it looks like', async () => {
    const versions = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(validName, validName, async (stream, type) => {
        const expectedVersion = versions.get(stream) ?? 0
        const { streamVersion } = await store.append(stream, { type, data: stream }, { expectedVersion })
        versions.set(stream, streamVersion)
        const [event] = await store.read(stream, { from: 'end' }).toArray()
        expect(event).toMatchObject({ type, data: stream, streamName: stream, streamVersion: expectedVersion + 1 })
        expect(await store.getStream(stream)).toMatchObject({ name: stream, version: streamVersion })
      }),
      { numRuns: 200 },
    )
    const { items } = await store.listStreams({ pageSize: 1_000 })
    expect(new Set(items.map(({ name }) => name))).toEqual(new Set(['$all', ...versions.keys()]))
  })

  test('streams whose names only look alike are apart', async () => {
    const names = ['Order', 'order', 'order ', ' order', 'é', 'e\u0301', 'K', '\u212a', 'order\u200b', 'İ', 'i\u0307']
    await using fresh = await freshStore(database.connectionString)
    for (const name of names) await fresh.append(name, { type: 'T', data: name }, { expectedVersion: 'no-stream' })
    for (const name of names) expect((await fresh.read(name).toArray()).map(({ data }) => data)).toEqual([name])
  })

  test('any search finds the names that contain it literally', async () => {
    await using listed = await freshStore(database.connectionString)
    const names = fc.sample(validName, { numRuns: 60, seed: 20_250_101 })
    for (const name of new Set(names)) await listed.append(name, EVENT, ANY)
    const all = ['$all', ...new Set(names)]
    const parts = fc.tuple(fc.constantFrom(...all), fc.nat(20), fc.nat(10))
    const search = fc.oneof(
      validName,
      parts.map(([name, start, length]) =>
        [...name].slice(start % name.length, (start % name.length) + length).join(''),
      ),
    )
    await fc.assert(
      fc.asyncProperty(search, async (text) => {
        const { items, totalItems } = await listed.listStreams({ search: text, pageSize: 1_000, sortBy: 'name' })
        const expected = all.filter((name) => name.includes(text))
        expect(new Set(items.map(({ name }) => name))).toEqual(new Set(expected))
        expect(totalItems).toBe(expected.length)
      }),
      { numRuns: 150 },
    )
  })

  test('any page of a list of streams is there, or empty', async () => {
    const positive = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    await fc.assert(
      fc.asyncProperty(positive, positive, async (page, pageSize) => {
        const found = await store.listStreams({ page, pageSize })
        const before = Math.min((page - 1) * pageSize, found.totalItems)
        expect(found.items).toHaveLength(Math.min(pageSize, found.totalItems - before))
        expect(found.totalPages).toBe(Math.ceil(found.totalItems / pageSize))
      }),
      { numRuns: 50, examples: [[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]] },
    )
  })

  test('any text that is no name is refused by every operation', async () => {
    const calls = BAD_CALLS.filter(({ title }) => /^(stream name|source id|source type|type) ""$/.test(title))
    expect(calls).toHaveLength(11)
    await fc.assert(
      fc.asyncProperty(invalidName, async (name) => {
        for (const { call } of calls) {
          const error = await errorOf(() => invoke(store, ...withName(call, name)))
          expect(['TypeError', 'RangeError', 'InvalidEventError']).toContain(error.name)
          expect(error.message).toMatch(
            /must be (a string|1 to 1,000 bytes of text without control characters), found /,
          )
        }
      }),
    )
  })
})

test('any date of the years 1 to 9999 is stored to the millisecond', async () => {
  await using store = await freshStore(database.connectionString)
  const dates = fc.date({
    min: new Date('0001-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  await store.append('source', EVENT, ANY)
  const [source] = await store.read('source').toArray()
  await fc.assert(
    fc.asyncProperty(dates, async (createdAt) => {
      const { position } = await store.append(`at ${createdAt.toISOString()}`, EVENT, { ...ANY, createdAt })
      const [event] = await store.read('$all', { from: position }).toArray()
      expect(event?.createdAt).toEqual(createdAt)
      await store.link(`linked ${createdAt.toISOString()} ${position}`, [source?.id ?? ''], { ...ANY, createdAt })
      const stream = await store.getStream(`linked ${createdAt.toISOString()} ${position}`)
      expect(stream.createdAt).toEqual(createdAt)
      await store.recordSnapshot({ sourceId: 'at', sourceVersion: 1, sourceType: 'T', data: 1, createdAt })
      expect((await store.readSnapshot('at'))?.createdAt).toEqual(createdAt)
    }),
    { numRuns: 60, examples: [[new Date('9999-04-04T05:06:07.877Z')], [new Date('0001-01-01T00:00:00.123Z')]] },
  )
})

/** Compares what JSON makes of the values, to the letter if the order of keys was kept. */
function expectSameJson(found: unknown, given: unknown): void {
  const expected: unknown = JSON.parse(JSON.stringify(given))
  if (!isDeepStrictEqual(found, expected)) expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
}

/** Whether some text in it holds U+0000 or half of a surrogate pair. */
function holdsUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000') || !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, item]) => holdsUnstorable(key) || holdsUnstorable(item))
}

/** The call with this name where the empty one was. */
function withName(call: readonly [string, ...unknown[]], name: unknown): readonly [string, ...unknown[]] {
  const [method, ...args] = call
  return [method, ...args.map((argument) => replaceEmpty(argument, name))]
}

function replaceEmpty(value: unknown, name: unknown): unknown {
  if (value === '') return name
  if (Array.isArray(value)) return value.map((item: unknown) => replaceEmpty(item, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceEmpty(item, name)]))
}
