import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import {
  EventStore,
  type NewEvent,
  type Queryable,
  type RecordedEvent,
  type StreamOperations,
} from '../../src/index.ts'

type OrderEvents = {
  OrderPlaced: { total: number }
  OrderShipped: { carrier: string }
  OrderClosed: null
}

const anyVersion = { expectedVersion: 'any' } as const
const store = new EventStore<OrderEvents>()
declare const client: Queryable

describe('event types', () => {
  test('come from the zod schemas of the option events', () => {
    const typed = new EventStore({
      events: { OrderPlaced: z.object({ total: z.number() }), OrderShipped: z.object({ carrier: z.string() }) },
    })

    expectTypeOf(typed).toEqualTypeOf<
      EventStore<{ OrderPlaced: { total: number }; OrderShipped: { carrier: string } }>
    >()
    typed.append('order-1', { type: 'OrderPlaced', data: { total: 1 } }, anyVersion)
    // @ts-expect-error: data of another type
    typed.append('order-1', { type: 'OrderPlaced', data: { carrier: 'x' } }, anyVersion)
  })

  test('come from the valibot schemas of the option events', () => {
    const typed = new EventStore({
      events: { OrderPlaced: v.object({ total: v.number() }), OrderShipped: v.object({ carrier: v.string() }) },
    })

    expectTypeOf(typed).toEqualTypeOf<
      EventStore<{ OrderPlaced: { total: number }; OrderShipped: { carrier: string } }>
    >()
  })

  test('may come from schemas of several libraries, also asynchronous ones', () => {
    const typed = new EventStore({
      events: {
        OrderPlaced: z.object({ total: z.number().refine(async (total) => total > 0) }),
        OrderShipped: v.pipeAsync(
          v.object({ carrier: v.string() }),
          v.checkAsync(async () => true),
        ),
      },
    })

    expectTypeOf(typed).toEqualTypeOf<
      EventStore<{ OrderPlaced: { total: number }; OrderShipped: { carrier: string } }>
    >()
  })

  test('are what schemas with a transform put out', () => {
    const typed = new EventStore({
      events: {
        OrderPlaced: z.object({ total: z.coerce.number(), currency: z.string().default('EUR') }),
        OrderShipped: v.object({
          carrier: v.pipe(
            v.string(),
            v.transform((carrier) => carrier.length),
          ),
        }),
      },
    })

    expectTypeOf(typed).toEqualTypeOf<
      EventStore<{ OrderPlaced: { total: number; currency: string }; OrderShipped: { carrier: number } }>
    >()
    // @ts-expect-error: a default is not stored, so the field must be given
    typed.append('order-1', { type: 'OrderPlaced', data: { total: 1 } }, anyVersion)
  })

  test('come from a type argument, with and without schemas', () => {
    expectTypeOf(new EventStore<OrderEvents>()).toEqualTypeOf<EventStore<OrderEvents>>()
    new EventStore<OrderEvents>({
      events: { OrderPlaced: z.object({ total: z.number() }), OrderShipped: z.any(), OrderClosed: z.null() },
    })
    // @ts-expect-error: a schema is missing
    new EventStore<OrderEvents>({ events: { OrderPlaced: z.any(), OrderShipped: z.any() } })
    new EventStore<OrderEvents>({
      // @ts-expect-error: a schema of other data
      events: { OrderPlaced: z.object({ total: z.string() }), OrderShipped: z.any(), OrderClosed: z.null() },
    })
  })

  test('are a mapping from type to data or schema', () => {
    // @ts-expect-error: event types are a mapping
    new EventStore<string>()
    // @ts-expect-error: no Standard Schema
    new EventStore({ events: { OrderPlaced: { total: 'number' } } })
  })

  test('are unknown without any of it', () => {
    const untyped = new EventStore({ schema: 'orders' })

    expectTypeOf(untyped).toEqualTypeOf<EventStore>()
    untyped.append('order-1', { type: 'Whatever', data: { any: 'thing' } }, anyVersion)
    untyped.append('order-1', { type: 'Whatever', data: 'text' }, anyVersion)
    expectTypeOf<RecordedEvent['data']>().toEqualTypeOf<unknown>()
    expectTypeOf<RecordedEvent['type']>().toEqualTypeOf<string>()
  })
})

describe('append', () => {
  test('takes one event, or several of any of the types', () => {
    store.append('order-1', { type: 'OrderPlaced', data: { total: 12 } }, { expectedVersion: 'no-stream' })
    store.append(
      'order-1',
      [
        {
          type: 'OrderPlaced',
          data: { total: 12 },
          metadata: { user: 'ada' },
          id: 'c4a760a8-dbcf-5254-a0d9-6a4474bd1b62',
        },
        { type: 'OrderShipped', data: { carrier: 'post' } },
        { type: 'OrderClosed', data: null },
      ],
      { expectedVersion: 0 },
    )
    const events: readonly NewEvent<OrderEvents>[] = []
    store.append('order-1', events, { expectedVersion: 'stream-exists' })
  })

  test('refuses an unknown type', () => {
    // @ts-expect-error: unknown type
    store.append('order-1', { type: 'OrderPlacd', data: { total: 12 } }, anyVersion)
    const known = { type: 'OrderClosed', data: null } as const
    // @ts-expect-error: unknown type among several
    store.append('order-1', [known, { type: 'OrderOpened', data: null }], anyVersion)
    // @ts-expect-error: no type
    store.append('order-1', { data: { total: 12 } }, anyVersion)
  })

  test('refuses data that are wrong, missing, too many or of another type', () => {
    // @ts-expect-error: a string for a number
    store.append('order-1', { type: 'OrderPlaced', data: { total: '12' } }, anyVersion)
    // @ts-expect-error: data of another type
    store.append('order-1', { type: 'OrderPlaced', data: { carrier: 'post' } }, anyVersion)
    // @ts-expect-error: no data
    store.append('order-1', { type: 'OrderPlaced' }, anyVersion)
    // @ts-expect-error: no data, not even null
    store.append('order-1', { type: 'OrderClosed' }, anyVersion)
    // @ts-expect-error: a field that is not known
    store.append('order-1', { type: 'OrderPlaced', data: { total: 12, totl: 13 } }, anyVersion)
    // @ts-expect-error: a field of the event that is not known
    store.append('order-1', { type: 'OrderPlaced', data: { total: 12 }, correlation: 'x' }, anyVersion)
    // @ts-expect-error: metadata is an object
    store.append('order-1', { type: 'OrderPlaced', data: { total: 12 }, metadata: 'ada' }, anyVersion)
  })

  test('refuses to be without an expected version, or with an unknown one', () => {
    const event = { type: 'OrderClosed', data: null } as const
    // @ts-expect-error: no options
    store.append('order-1', event)
    // @ts-expect-error: no expected version
    store.append('order-1', event, {})
    // @ts-expect-error: no expected version among others
    store.append('order-1', event, { timeout: 1_000 })
    // @ts-expect-error: undefined is none
    store.append('order-1', event, { expectedVersion: undefined })
    // @ts-expect-error: an unknown word
    store.append('order-1', event, { expectedVersion: 'none' })
    // @ts-expect-error: an unknown option
    store.append('order-1', event, { expectedVersion: 'any', tmeout: 1_000 })
  })

  test('resolves to numbers that cannot be changed', async () => {
    const result = await store.append('order-1', { type: 'OrderClosed', data: null }, anyVersion)

    expectTypeOf(result).toEqualTypeOf<{ readonly streamVersion: number; readonly position: number }>()
    // @ts-expect-error: readonly
    result.position = 1
  })
})

describe('appendAll', () => {
  test('checks the events and the expected version of each part', () => {
    store.appendAll([
      { stream: 'order-1', expectedVersion: 3, events: [{ type: 'OrderShipped', data: { carrier: 'post' } }] },
      { stream: 'order-2', expectedVersion: 'no-stream', events: [] },
    ])
    // @ts-expect-error: no expected version
    store.appendAll([{ stream: 'order-1', events: [] }])
    // @ts-expect-error: data of another type
    store.appendAll([{ stream: 'order-1', expectedVersion: 3, events: [{ type: 'OrderShipped', data: { total: 1 } }] }])
    // @ts-expect-error: the parts have an expected version each
    store.appendAll([], { expectedVersion: 'any' })
  })
})

describe('link', () => {
  test('takes recorded events and ids, and no new events', () => {
    const recorded = {} as RecordedEvent<OrderEvents>
    store.link('orders', [recorded, 'c4a760a8-dbcf-5254-a0d9-6a4474bd1b62'], anyVersion)
    // @ts-expect-error: a new event has no id
    store.link('orders', [{ type: 'OrderClosed', data: null }], anyVersion)
    // @ts-expect-error: no expected version
    store.link('orders', [recorded])
  })
})

describe('read', () => {
  test('gives events whose type narrows their data', async () => {
    for await (const event of store.read('order-1')) {
      expectTypeOf(event).toEqualTypeOf<RecordedEvent<OrderEvents>>()
      expectTypeOf(event.type).toEqualTypeOf<'OrderPlaced' | 'OrderShipped' | 'OrderClosed'>()
      switch (event.type) {
        case 'OrderPlaced':
          expectTypeOf(event.data).toEqualTypeOf<{ total: number }>()
          break
        case 'OrderShipped':
          expectTypeOf(event.data).toEqualTypeOf<{ carrier: string }>()
          break
        case 'OrderClosed':
          expectTypeOf(event.data).toEqualTypeOf<null>()
          break
        default:
          event satisfies never
      }
      // @ts-expect-error: not before it is narrowed
      event.data.total
      // @ts-expect-error: no such type
      if (event.type === 'OrderOpened') break
    }
  })

  test('gives the same events in arrays', async () => {
    expectTypeOf(await store.read('$all').toArray()).toEqualTypeOf<RecordedEvent<OrderEvents>[]>()
    for await (const batch of store.read('$all').batches()) {
      expectTypeOf(batch).toEqualTypeOf<readonly RecordedEvent<OrderEvents>[]>()
    }
  })

  test('gives events that cannot be changed', async () => {
    const [event] = await store.read('order-1').toArray()
    if (!event) return
    // @ts-expect-error: readonly
    event.position = 1
    // @ts-expect-error: readonly
    event.data = { total: 1 }
    // @ts-expect-error: readonly
    event.metadata.user = 'ada'
  })

  test('refuses unknown directions', () => {
    store.read('order-1', { from: 'end', direction: 'backwards', limit: 1 })
    // @ts-expect-error: unknown direction
    store.read('order-1', { direction: 'sideways' })
    // @ts-expect-error: unknown place
    store.read('order-1', { from: 'middle' })
  })
})

describe('deleteStream', () => {
  test('cannot expect that there is no stream', () => {
    store.deleteStream('order-1', { expectedVersion: 'stream-exists', mode: 'hard' })
    // @ts-expect-error: there would be nothing to delete
    store.deleteStream('order-1', { expectedVersion: 'no-stream' })
    // @ts-expect-error: no expected version
    store.deleteStream('order-1', {})
    // @ts-expect-error: unknown mode
    store.deleteStream('order-1', { expectedVersion: 'any', mode: 'gentle' })
  })
})

describe('results', () => {
  test('cannot be changed', async () => {
    const page = await store.listStreams()
    const info = await store.getStream('order-1')
    const snapshot = await store.readSnapshot<{ total: number }>('order-1')
    expectTypeOf(snapshot?.data).toEqualTypeOf<{ total: number } | undefined>()
    // @ts-expect-error: readonly
    page.items = []
    // @ts-expect-error: readonly
    page.items.push(info)
    // @ts-expect-error: readonly
    info.version = 2
    // @ts-expect-error: readonly
    if (snapshot) snapshot.sourceVersion = 2
  })
})

describe('withClient', () => {
  test('keeps the event types', async () => {
    const operations = store.withClient(client)

    expectTypeOf(operations).toEqualTypeOf<StreamOperations<OrderEvents>>()
    operations.append('order-1', { type: 'OrderClosed', data: null }, anyVersion)
    // @ts-expect-error: unknown type
    operations.append('order-1', { type: 'OrderOpened', data: null }, anyVersion)
    for await (const event of operations.read('order-1')) {
      if (event.type === 'OrderPlaced') expectTypeOf(event.data).toEqualTypeOf<{ total: number }>()
    }
  })

  test('gives what a store is too, for functions that take either', () => {
    function placeOrder(operations: StreamOperations<OrderEvents>): void {
      operations.append('order-1', { type: 'OrderPlaced', data: { total: 12 } }, anyVersion)
    }

    placeOrder(store)
    placeOrder(store.withClient(client))
    // @ts-expect-error: a store of other events
    placeOrder(new EventStore<{ UserRegistered: { name: string } }>())
  })

  test('does not pass for untyped, so that nobody appends what the store does not know', () => {
    // @ts-expect-error: events of any type could be appended
    const operations: StreamOperations = store.withClient(client)
    // @ts-expect-error: events of any type could be appended
    const untyped: EventStore = store
    expectTypeOf([operations, untyped]).not.toBeAny()
  })
})

describe('event unions', () => {
  test('are told apart by type', () => {
    function totalOf(event: NewEvent<OrderEvents> | RecordedEvent<OrderEvents>): number {
      return event.type === 'OrderPlaced' ? event.data.total : 0
    }

    expectTypeOf<NewEvent<OrderEvents>['type']>().toEqualTypeOf<'OrderPlaced' | 'OrderShipped' | 'OrderClosed'>()
    expectTypeOf<Extract<RecordedEvent<OrderEvents>, { type: 'OrderShipped' }>['data']>().toEqualTypeOf<{
      carrier: string
    }>()
    expectTypeOf(totalOf).returns.toEqualTypeOf<number>()
  })

  test('of a single type are that type', () => {
    expectTypeOf<NewEvent<Pick<OrderEvents, 'OrderClosed'>>['type']>().toEqualTypeOf<'OrderClosed'>()
  })

  test('do not let the type of one event go with the data of another', () => {
    // @ts-expect-error: data of another type
    const event: NewEvent<OrderEvents> = { type: 'OrderShipped', data: { total: 12 } }
    expectTypeOf(event).toExtend<NewEvent<OrderEvents>>()
  })
})
