import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EventStore, type StreamOperations } from '../../src/index.ts'
import { hostileJson, hostileName, hostileSchema, pollution, TRICKS } from '../support/attacks.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { errorOf, invoke } from '../support/invoke.ts'
import { rowCounts } from '../support/row-counts.ts'
import { runSql } from '../support/run-sql.ts'

const ANY = { expectedVersion: 'any' } as const
const EVENT = { type: 'T', data: 1 }

const database = useDatabase()
afterEach(() => expect(pollution()).toEqual([]))

test('pollution is noticed', () => {
  Object.assign(Object.prototype, { polluted: true })
  try {
    expect(pollution()).toContain('polluted')
  } finally {
    Reflect.deleteProperty(Object.prototype, 'polluted')
  }
})

describe('names', () => {
  let store: EventStore
  beforeAll(async () => {
    store = await freshStore(database.connectionString)
  })
  afterAll(() => store.close())

  test('of streams, types and snapshots mean nothing but themselves, however they are spelt', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName, hostileName, async (name, type) => {
        const { streamVersion, position } = await store.append(name, { type, data: { name } }, ANY)
        const followed = store.follow(name, { after: streamVersion - 1 })
        for await (const event of followed) {
          expect(event).toMatchObject({ streamName: name, type, data: { name }, position })
          break
        }
        await store.appendAll([{ stream: name, expectedVersion: streamVersion, events: [] }])
        await store.recordSnapshot({ sourceId: name, sourceVersion: 1, sourceType: type, data: { name } })
        expect(await store.readSnapshot(name)).toMatchObject({ sourceId: name, sourceType: type, data: { name } })
        await store.deleteSnapshot(name)
        expect(await store.readSnapshot(name)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  test('of subscriptions mean nothing but themselves, and are apart', async () => {
    const subscribed = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(hostileName, hostileName, async (stream, name) => {
        const { streamVersion } = await store.append(stream, EVENT, ANY)
        const key = JSON.stringify([stream, name])
        const seen: number[] = []
        const subscription = store.subscribe(stream, name)
        const running = subscription.run(({ eventNumber }) => void seen.push(eventNumber))
        await subscription.reached(streamVersion)
        await subscription.close()
        await running
        expect(seen[0]).toBe((subscribed.get(key) ?? 0) + 1)
        subscribed.set(key, streamVersion)
      }),
      { numRuns: 12 },
    )
    const listed = await store.listSubscriptions()
    expect(new Set(listed.map(({ stream, name }) => JSON.stringify([stream, name])))).toEqual(
      new Set(subscribed.keys()),
    )
    for (const { stream, name } of listed.slice(0, 5)) await store.deleteSubscription(stream, name)
    expect(await store.listSubscriptions()).toHaveLength(Math.max(0, listed.length - 5))
  })

  test('of schemas mean nothing but themselves, and leave other schemas alone', async () => {
    await fc.assert(
      fc.asyncProperty(hostileSchema, async (schema) => {
        const before = await schemaNames()
        await using odd = new EventStore({
          connectionString: database.connectionString,
          schema,
          enableHardDeletes: true,
        })
        await odd.migrate()
        expect(await schemaNames()).toEqual([...new Set([...before, schema])].sort())
        const name = crypto.randomUUID()
        await odd.append(name, [EVENT, EVENT], { expectedVersion: 'no-stream' })
        await odd.append(name, Array(300).fill(EVENT), ANY)
        const [event] = await odd.read(name, { limit: 1 }).toArray()
        await odd.link(`l-${name}`, [event?.id ?? ''], ANY)
        await odd.deleteStream(name, { ...ANY, mode: 'hard' })
        expect(await odd.read(`l-${name}`).toArray()).toEqual([])
      }),
      { numRuns: 6 },
    )
  })

  async function schemaNames(): Promise<readonly string[]> {
    const rows = await runSql<{ name: string }>(database.connectionString, 'SELECT nspname AS name FROM pg_namespace')
    return rows.map(({ name }) => name).sort()
  }
})

describe.each(['json', 'jsonb', 'bytea'] as const)('data, with payload %s,', (payload) => {
  let store: EventStore
  let schema: string
  beforeAll(async () => {
    const fresh = await freshStore(database.connectionString, { payload })
    schema = fresh.schema
    store = fresh
  })
  afterAll(() => store.close())

  test('pollutes no prototype: keys come back as own keys, by every way', async () => {
    await fc.assert(
      fc.asyncProperty(hostileJson, async (text) => {
        const data: unknown = JSON.parse(text)
        const metadata = JSON.parse(text) as Record<string, unknown>
        const { streamVersion } = await store.append('polluting', { type: 'T', data, metadata }, ANY)
        const [read] = await store.read('polluting', { from: streamVersion }).toArray()
        expectOwn(read?.data, text)
        expectOwn(read?.metadata, text)
        for await (const followed of store.follow('polluting', { after: streamVersion - 1 })) {
          expectOwn(followed.data, text)
          break
        }
        await store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'T', data, metadata })
        expectOwn((await store.readSnapshot('s'))?.data, text)
        expect(pollution()).toEqual([])
      }),
      { numRuns: 25 },
    )
    const received: unknown[] = []
    const subscription = store.subscribe('polluting', 'subscriber')
    const running = subscription.run(({ data }) => void received.push(data))
    const { version } = await store.getStream('polluting')
    await subscription.reached(version)
    await subscription.close()
    await running
    for (const data of received) expect(Object.hasOwn(Object(data), '__proto__')).toBe(true)
    expect(received).toHaveLength(version)
  })

  test.each(TRICKS)('that is %s is looked at once, and stored or refused', async (_, make, stored) => {
    const before = await rowCounts(database.connectionString, schema)
    const append = () => store.append('tricked', { type: 'T', data: make() }, ANY)
    const snapshot = () => store.recordSnapshot({ sourceId: 't', sourceVersion: 1, sourceType: 'T', data: make() })
    if (stored === undefined) {
      for (const task of [append, snapshot]) expect(await errorOf(task)).toMatchObject({ code: 'INVALID_EVENT' })
      expect(await rowCounts(database.connectionString, schema)).toEqual(before)
      return
    }
    await append()
    const [event] = await store.read('tricked', { from: 'end' }).toArray()
    expect(event?.data).toEqual(stored)
    await snapshot()
    expect((await store.readSnapshot('t'))?.data).toEqual(stored)
  })

  /** What the text says, with every key an own one, and the usual prototypes. */
  function expectOwn(found: unknown, text: string): void {
    const expected: unknown = JSON.parse(text)
    expect(entriesOf(found)).toEqual(entriesOf(expected))
  }
})

describe('events and options that lie', () => {
  let store: EventStore
  beforeAll(async () => {
    store = await freshStore(database.connectionString)
  })
  afterAll(() => store.close())

  /** An object whose fields change from one look to the next, to what would be refused. */
  function changing(fields: Readonly<Record<string, readonly unknown[]>>): object {
    const object = {}
    for (const [key, values] of Object.entries(fields)) {
      let looks = 0
      Object.defineProperty(object, key, { enumerable: true, get: () => values[Math.min(looks++, values.length - 1)] })
    }
    return object
  }

  test('what an event says when it is looked at again is never stored unchecked', async () => {
    const values = {
      type: ['T', '\u0000', 7, '', 'x'.repeat(5_000), null],
      id: ['0190a0b0-0000-7000-8000-00000000abcd', "'; DROP TABLE events; --", 7, null],
      causationId: ['0190a0b0-0000-7000-8000-00000000abcd', "'; DROP TABLE events; --", 7, {}],
      correlationId: ['0190a0b0-0000-7000-8000-00000000abcd', 'no uuid', 7, []],
      metadata: [{ a: 1 }, 'text', 7, [], null],
      data: [1, () => {}],
    }
    for (const [field, [good, ...later]] of Object.entries(values)) {
      for (const bad of later) {
        for (const looks of [1, 2, 3]) {
          const id = crypto.randomUUID()
          const fields = {
            type: ['T'],
            data: [1],
            ...(field === 'id' ? {} : { id: [id] }),
            [field]: [...Array(looks).fill(good), bad],
          }
          const event = changing(fields)
          const outcome = await outcomeOf(store, 'append', 'lies', event, ANY)
          if (outcome instanceof Error)
            expect(outcome).toMatchObject({ code: expect.stringMatching(/INVALID_EVENT|DUPLICATE_EVENT/) })
        }
      }
    }
    for (const event of await store.read('lies').toArray()) {
      expect(event.type).toBe('T')
      expect(event.causationId ?? event.id).toMatch(/^[0-9a-f-]{36}$/)
      expect(event.metadata).toBeTypeOf('object')
    }
    await store.append('usable', EVENT, ANY)
  })

  test('lists of events and parts that change while they are read are stored as one of their states, or refused', async () => {
    for (const looks of [0, 1, 2, 3]) {
      let left = looks
      const shrinking = new Proxy([EVENT, EVENT, EVENT], {
        get: (target, key, receiver) => {
          if (key === 'length') return left-- > 0 ? 3 : 1
          return Reflect.get(target, key, receiver)
        },
      })
      const before = await headOf(store)
      const outcome = await outcomeOf(store, 'append', 'shrinking', shrinking, { ...ANY, timeout: 2_000 })
      const after = await headOf(store)
      if (outcome instanceof Error) expect(after).toBe(before)
      else expect([1, 2, 3]).toContain(after - before)
      expect(await store.append('usable', EVENT, { ...ANY, timeout: 5_000 })).toMatchObject({ position: after + 1 })
      const whole = await store.read('$all').toArray()
      expect(whole.map(({ position }) => position)).toEqual(whole.map((_, index) => index + 1))
    }
  })

  test('unknown options are refused, and inherited ones, if they are taken, are checked like own ones', async () => {
    for (const key of ['__proto__x', 'constructor', 'toString', 'polluted']) {
      const options = { ...ANY, [key]: 1 }
      expect(await errorOf(() => invoke(store, 'append', 's', EVENT, options))).toBeInstanceOf(TypeError)
    }
    const inherited = Object.create({ expectedVersion: 'nonsense', timeout: -1 })
    expect(await errorOf(() => invoke(store, 'append', 's', EVENT, inherited))).toBeInstanceOf(RangeError)
    const parsed: unknown = JSON.parse('{"expectedVersion":"any","__proto__":{"timeout":-1}}')
    expect(await errorOf(() => invoke(store, 'append', 's', EVENT, parsed))).toBeInstanceOf(TypeError)
  })

  test('options whose getters throw are refused with what they throw, and the store works on', async () => {
    const reason = new Error('thrown by an option')
    const throwing = (key: string) =>
      Object.defineProperty({}, key, {
        enumerable: true,
        get: () => {
          throw reason
        },
      })
    const calls: readonly (readonly [string, ...unknown[]])[] = [
      ['append', 's', EVENT, throwing('expectedVersion')],
      ['append', 's', throwing('type'), ANY],
      ['append', 's', throwing('id'), ANY],
      ['appendAll', [throwing('events')]],
      ['link', 's', [throwing('id')], ANY],
      ['read', 's', throwing('limit')],
      ['deleteStream', 's', throwing('mode')],
      ['listStreams', throwing('search')],
      ['recordSnapshot', throwing('sourceId')],
      ['follow', 's', throwing('after')],
      ['subscribe', 's', 'n', throwing('maxQueued')],
    ]
    for (const [method, ...args] of calls) expect(await errorOf(() => invoke(store, method, ...args))).toBe(reason)
    expect(await store.append('works', EVENT, ANY)).toMatchObject({ streamVersion: 1 })
  })
})

async function headOf(store: StreamOperations): Promise<number> {
  return (await store.getStream('$all')).version
}

/** What a call resolves to, or is refused with. */
async function outcomeOf(store: EventStore, method: string, ...args: readonly unknown[]): Promise<unknown> {
  try {
    return await invoke(store, method, ...args)
  } catch (error) {
    return error
  }
}

/** All own keys and values as pairs, at every depth: `toEqual` would not tell an own `__proto__` from the real one. */
function entriesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(entriesOf)
  if (typeof value !== 'object' || value === null) return value
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  return Object.getOwnPropertyNames(value)
    .sort()
    .map((key) => [key, entriesOf(Object.getOwnPropertyDescriptor(value, key)?.value)])
}
