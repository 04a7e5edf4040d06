import type { NewEvent } from '../src/index.ts'

/** An event as the benchmarks of all event stores here append it: 200 bytes of JSON data, 60 of metadata. */
export function newEvent(n: number): NewEvent {
  return {
    type: 'OrderLineAdded',
    data: {
      orderId: `order-${String(n).padStart(12, '0')}`,
      product: 'A rather ordinary thing',
      quantity: 3,
      price: 129.95,
      currency: 'EUR',
      tags: ['gift', 'express', 'fragile'],
      note: 'Leave it at the door, and then ring twice',
    },
    metadata: { userId: 'user-0000042', tenant: 'north', trace: '8f14e45' },
  }
}

/** So many events. */
export function newEvents(count: number, first = 0): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent(first + index))
}
