import { randomUUID } from 'node:crypto'
import type { EventStore, EventTypes, NewEvent, Subscription, SubscriptionOptions } from '../../../src/index.ts'

/** Ids of the events of one order: each was caused by the one before, but both at the end by the payment. */
export interface Order {
  readonly correlationId: string
  readonly placed: string
  readonly paid: string
  readonly shipped: string
  readonly invoiced: string
}

/** A shop with orders, a customer each for them, a subscription that lags, and snapshots. */
export async function fillShop(store: EventStore, orders: number): Promise<Order> {
  const made = Array.from({ length: orders }, (_, index) => index + 1)
  const all = made.map((number) => ({ number, order: newOrder() }))
  await store.appendAll(
    all.flatMap(({ number, order }) => [
      { stream: streamOf(number), expectedVersion: 'no-stream' as const, events: orderEvents(number, order) },
      {
        stream: `invoice-${number}`,
        expectedVersion: 'no-stream' as const,
        events: [eventOf('InvoiceSent', order.invoiced, order.paid, order, { order: number, total: 10 * number })],
      },
    ]),
  )
  for (const number of [1, 2]) {
    await store.recordSnapshot({
      sourceId: streamOf(number),
      sourceVersion: 3,
      sourceType: 'Order',
      data: { status: 'shipped', lines: [{ article: 'lamp', count: number }] },
      metadata: { by: 'projector' },
    })
  }
  const first = all[0]
  if (!first) throw new RangeError(`A shop needs an order, found ${orders}`)
  return first.order
}

/** Opens a subscription that is given an event and never acknowledges it: it lags. It is held until it, or the store, is closed. */
export async function openSubscription(
  store: EventStore,
  stream: string,
  name: string,
  options: SubscriptionOptions<EventTypes> = {},
): Promise<Subscription<EventTypes>> {
  const subscription = store.subscribe(stream, name, options)
  subscription.connect()
  await subscription.acquired()
  return subscription
}

export function streamOf(order: number): string {
  return `order-${String(order).padStart(3, '0')}`
}

function newOrder(): Order {
  const [correlationId, placed, paid, shipped, invoiced] = Array.from({ length: 5 }, () => randomUUID())
  return { correlationId, placed, paid, shipped, invoiced } as Order
}

function orderEvents(number: number, order: Order): readonly NewEvent[] {
  const lines = Array.from({ length: 3 }, (_, index) => ({ article: `lamp ${index}`, count: index + 1, price: 19.9 }))
  return [
    eventOf('OrderPlaced', order.placed, undefined, order, { order: number, customer: 'Ada Lovelace', lines }),
    eventOf('OrderPaid', order.paid, order.placed, order, { order: number, amount: 59.7, method: 'card' }),
    eventOf('OrderShipped', order.shipped, order.paid, order, {
      order: number,
      carrier: 'post',
      tracked: true,
      note: null,
    }),
  ]
}

function eventOf(
  type: string,
  id: string,
  causationId: string | undefined,
  { correlationId }: Order,
  data: Readonly<Record<string, unknown>>,
): NewEvent {
  return { type, id, causationId, correlationId, data, metadata: { user: 'ada@example.com' } }
}
