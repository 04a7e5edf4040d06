import { describe, expectTypeOf, test } from 'vitest'
import {
  EventStore,
  type EventTypes,
  type RecordedEvent,
  type Subscriber,
  type Subscription,
  type SubscriptionState,
} from '../../src/index.ts'

type OrderEvents = {
  OrderPlaced: { total: number }
  OrderShipped: { carrier: string }
}

const store = new EventStore<OrderEvents>()

describe('the events of a typed store', () => {
  test('are typed where they are followed', async () => {
    for await (const event of store.follow('order-1', { after: 'start' })) {
      expectTypeOf(event).toEqualTypeOf<RecordedEvent<OrderEvents>>()
      if (event.type === 'OrderPlaced') expectTypeOf(event.data).toEqualTypeOf<{ total: number }>()
    }
    store.follow('order-1', { filter: (event) => event.type === 'OrderPlaced' && event.data.total > 5 })
    // @ts-expect-error: no such type of event
    store.follow('order-1', { filter: (event) => event.type === 'OrderLost' })
    // @ts-expect-error: no such word
    store.follow('order-1', { after: 'now' })
  })

  test('are typed in the options of a subscription', () => {
    const subscription = store.subscribe('$all', 'mailer', {
      filter: (event) => event.type === 'OrderShipped' && event.data.carrier !== 'none',
      partitionBy: (event) => event.streamName,
    })
    expectTypeOf(subscription).toEqualTypeOf<Subscription<OrderEvents>>()
    // @ts-expect-error: a partition's key is a string
    store.subscribe('$all', 'mailer', { partitionBy: (event) => event.position })
    // @ts-expect-error: milliseconds are a number
    store.subscribe('$all', 'mailer', { checkpointAfter: '5s' })
    // @ts-expect-error: that is an option of connect
    store.subscribe('$all', 'mailer', { maxInFlight: 5 })
  })

  test('are typed in handlers, sync and async', () => {
    const subscription = store.subscribe('$all', 'mailer')
    subscription.run((event, { signal }) => {
      expectTypeOf(event).toEqualTypeOf<RecordedEvent<OrderEvents>>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      if (event.type === 'OrderShipped') expectTypeOf(event.data.carrier).toEqualTypeOf<string>()
    })
    const asynchronous = async (event: RecordedEvent<OrderEvents>) => void event.eventNumber
    subscription.run(asynchronous, { concurrency: 4 })
    // @ts-expect-error: no such data
    subscription.run((event) => console.log(event.data.weight))
  })

  test('are typed where a subscriber iterates and acknowledges them', async () => {
    const subscriber = store.subscribe('$all', 'mailer').connect({ maxInFlight: 10 })
    expectTypeOf(subscriber).toEqualTypeOf<Subscriber<OrderEvents>>()
    for await (const event of subscriber) {
      expectTypeOf(event).toEqualTypeOf<RecordedEvent<OrderEvents>>()
      subscriber.ack(event)
      subscriber.ack(event.eventNumber)
    }
    for await (const batch of subscriber.batches()) {
      expectTypeOf(batch).toEqualTypeOf<readonly RecordedEvent<OrderEvents>[]>()
    }
    // @ts-expect-error: neither an event nor its number
    subscriber.ack('1')
  })
})

test('a store without types gives events whose data is unknown', () => {
  const untyped = new EventStore()
  const subscription = untyped.subscribe('$all', 'mailer')
  expectTypeOf(subscription).toEqualTypeOf<Subscription<EventTypes>>()
  expectTypeOf(subscription.state).toEqualTypeOf<SubscriptionState>()
  expectTypeOf(subscription.checkpoint).toEqualTypeOf<number>()
  subscription.run((event) => {
    expectTypeOf(event.data).toEqualTypeOf<unknown>()
  })
})
