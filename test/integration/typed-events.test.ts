import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { EventStore, type EventTypes, InvalidEventError, type NewEvent, StreamNotFoundError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'

const database = useDatabase()

type OrderEvents = {
  OrderPlaced: { total: number; lines: { product: string }[] }
  OrderClosed: null
}

/** The same event types four times. */
const LIBRARIES = {
  zod: {
    OrderPlaced: z.object({ total: z.number().min(0), lines: z.array(z.object({ product: z.string() })) }),
    OrderClosed: z.null(),
  },
  'zod, asynchronously': {
    OrderPlaced: z.object({
      total: z.number().refine(async (total) => total >= 0),
      lines: z.array(z.object({ product: z.string() })),
    }),
    OrderClosed: z.null().refine(async () => true),
  },
  valibot: {
    OrderPlaced: v.object({
      total: v.pipe(v.number(), v.minValue(0)),
      lines: v.array(v.object({ product: v.string() })),
    }),
    OrderClosed: v.null(),
  },
  'valibot, asynchronously': {
    OrderPlaced: v.objectAsync({
      total: v.pipeAsync(
        v.number(),
        v.checkAsync(async (total) => total >= 0),
      ),
      lines: v.array(v.object({ product: v.string() })),
    }),
    OrderClosed: v.pipeAsync(
      v.null(),
      v.checkAsync(async () => true),
    ),
  },
} as const

describe.each(Object.entries(LIBRARIES))('with schemas of %s', (library, events) => {
  const placed: NewEvent<OrderEvents> = { type: 'OrderPlaced', data: { total: 12, lines: [{ product: 'tea' }] } }
  const open = () => new EventStore({ connectionString: database.connectionString, events })

  test('events that fit are stored, and narrowed by their type when read', async () => {
    await using store = open()
    const stream = `fits ${library}`
    await store.append(stream, [placed, { type: 'OrderClosed', data: null }], { expectedVersion: 'no-stream' })

    let total = 0
    for await (const event of store.read(stream)) if (event.type === 'OrderPlaced') total += event.data.total
    expect(total).toBe(12)
  })

  test('data that do not fit are refused, with the path of each issue', async () => {
    await using store = open()
    const wrong = JSON.parse('{ "type": "OrderPlaced", "data": { "total": -1, "lines": [{ "product": 7 }] } }')
    const error = await refusal(store.append(`refused ${library}`, [placed, wrong], { expectedVersion: 'no-stream' }))

    expect(error.message).toContain('Event 2 of 2')
    expect(error.issues.map(({ path }) => path)).toContainEqual(['data', 'lines', 0, 'product'])
    expect(error.issues.every(({ message }) => message.length > 0)).toBe(true)
  })

  test('a refused event stores nothing of its append, and the store goes on', async () => {
    await using store = open()
    const [stream, other] = [`nothing ${library}`, `nothing else ${library}`]
    const wrong: NewEvent<OrderEvents> = { type: 'OrderPlaced', data: { total: -1, lines: [] } }
    const { issues } = await refusal(
      store.appendAll([
        { stream, expectedVersion: 'no-stream', events: [placed] },
        { stream: other, expectedVersion: 'no-stream', events: [placed, wrong] },
      ]),
    )

    expect(issues).toMatchObject([{ path: ['data', 'total'] }])
    for (const name of [stream, other]) {
      await expect(store.getStream(name)).rejects.toBeInstanceOf(StreamNotFoundError)
    }
    await expect(store.append(stream, placed, { expectedVersion: 'no-stream' })).resolves.toMatchObject({
      streamVersion: 1,
    })
  })

  test.each(['OrderOpened', 'toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'the unknown type %j is refused, and the known ones are named',
    async (type) => {
      await using store = open()
      const { issues } = await refusal(
        store.append('unknown', { type: type as 'OrderClosed', data: null }, { expectedVersion: 'any' }),
      )

      expect(issues).toEqual([
        { message: expect.stringMatching(/^must be one of OrderPlaced, OrderClosed, found/), path: ['type'] },
      ])
      await expect(store.getStream('unknown')).rejects.toBeInstanceOf(StreamNotFoundError)
    },
  )
})

test('data are stored as given: what a schema makes of them is discarded', async () => {
  await using store = new EventStore<EventTypes>({
    connectionString: database.connectionString,
    events: {
      Measured: z.object({ value: z.coerce.number(), unit: z.string().default('m') }),
      Named: v.object({
        name: v.pipe(
          v.string(),
          v.trim(),
          v.transform((name) => name.toUpperCase()),
        ),
      }),
    },
  })
  const given = [
    { type: 'Measured', data: { value: '12', note: 'a field that the schema strips' } },
    { type: 'Named', data: { name: ' ada ' } },
  ]
  await store.append('as given', given, { expectedVersion: 'no-stream' })

  expect(await store.read('as given').toArray()).toMatchObject(given)
})

test('events that were stored before the schemas are read as they are', async () => {
  await using before = new EventStore({ connectionString: database.connectionString })
  await before.append('old', { type: 'Renamed', data: { old: 'shape' } }, { expectedVersion: 'no-stream' })
  await using store = new EventStore({
    connectionString: database.connectionString,
    events: { Renamed: z.object({ name: z.string() }) },
  })

  expect(await store.read('old').toArray()).toMatchObject([{ type: 'Renamed', data: { old: 'shape' } }])
})

test('an error that a schema throws is the error of the append, which stores nothing', async () => {
  const bug = new Error('a bug in the schema')
  await using store = new EventStore({
    connectionString: database.connectionString,
    events: {
      Sync: v.pipe(
        v.string(),
        v.check(() => {
          throw bug
        }),
      ),
      Async: v.pipeAsync(
        v.string(),
        v.checkAsync(async () => {
          throw bug
        }),
      ),
    },
  })

  for (const type of ['Sync', 'Async'] as const) {
    await expect(store.append('buggy', { type, data: 'x' }, { expectedVersion: 'any' })).rejects.toBe(bug)
  }
  await expect(store.getStream('buggy')).rejects.toBeInstanceOf(StreamNotFoundError)
})

test('a store with a type argument alone checks nothing at run time', async () => {
  await using store = new EventStore<{ Counted: { n: number } }>({ connectionString: database.connectionString })
  const event = JSON.parse('{ "type": "Whatever", "data": "text" }')
  await store.append('unchecked', event, { expectedVersion: 'no-stream' })

  expect(await store.read('unchecked').toArray()).toMatchObject([event])
})

test.each([
  ['schemas that are none', { Placed: { type: 'object' } }, /^events\.Placed must be a Standard Schema/],
  ['a schema that is missing', { Placed: undefined }, /^events\.Placed must be a Standard Schema/],
  ['text', 'Placed', /^events must map event types to Standard Schemas/],
  ['null', null, /^events must map event types to Standard Schemas/],
])('%s for the option events is a TypeError at once', (_, events: unknown, message) => {
  const construct = () => new EventStore({ events: events as Record<string, z.ZodUnknown> })

  expect(construct).toThrow(TypeError)
  expect(construct).toThrow(message)
})

async function refusal(append: Promise<unknown>): Promise<InvalidEventError> {
  const error: unknown = await append.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(InvalidEventError)
  return error as InvalidEventError
}
