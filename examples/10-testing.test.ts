// The tests of an application: rules without a store, and what the store is needed for against a real one.
//
//   node --test --import tsx examples/10-testing.test.ts
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { EventStore, type NewEvent, type RecordedEvent } from 'pg-event-store'

// ── The application, which would be in files of its own ──────────────────────────────────────────────────────────

type OrderEvents = {
  OrderPlaced: { cents: number }
  OrderPaid: { cents: number }
  OrderCancelled: { reason: string }
}

interface Order {
  readonly status: 'none' | 'placed' | 'paid' | 'cancelled'
  readonly cents: number
}

function evolve(order: Order, event: NewEvent<OrderEvents> | RecordedEvent<OrderEvents>): Order {
  switch (event.type) {
    case 'OrderPlaced':
      return { status: 'placed', cents: event.data.cents }
    case 'OrderPaid':
      return { ...order, status: 'paid' }
    case 'OrderCancelled':
      return { ...order, status: 'cancelled' }
    default:
      throw event satisfies never
  }
}

function pay({ status, cents }: Order): NewEvent<OrderEvents>[] {
  if (status === 'paid') return []
  if (status !== 'placed') throw new Error(`An order that is ${status} cannot be paid`)
  return [{ type: 'OrderPaid', data: { cents } }]
}

function cancel({ status }: Order): NewEvent<OrderEvents>[] {
  if (status !== 'placed') throw new Error(`An order that is ${status} cannot be cancelled`)
  return [{ type: 'OrderCancelled', data: { reason: 'changed my mind' } }]
}

const NONE: Order = { status: 'none', cents: 0 }

/** Reads an order, lets `decide` decide, and appends that, unless somebody was faster. */
async function change(store: EventStore<OrderEvents>, id: string, decide: typeof pay): Promise<void> {
  const events = await store.read(id).toArray()
  const decided = decide(events.reduce(evolve, NONE))
  if (decided.length > 0) await store.append(id, decided, { expectedVersion: events.length })
}

// ── Its tests ────────────────────────────────────────────────────────────────────────────────────────────────────

describe('the rules of an order, which need no store', () => {
  const given = (...events: NewEvent<OrderEvents>[]) => events.reduce(evolve, NONE)
  const placed = { type: 'OrderPlaced', data: { cents: 4_200 } } as const

  test('what is placed can be paid', () => {
    assert.deepEqual(pay(given(placed)), [{ type: 'OrderPaid', data: { cents: 4_200 } }])
  })

  test('what is cancelled cannot be paid', () => {
    const cancelled = given(placed, { type: 'OrderCancelled', data: { reason: 'too dear' } })
    assert.throws(() => pay(cancelled), /is cancelled cannot be paid/)
  })
})

describe('an order in the store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  const server = process.env.DATABASE_URL ? {} : { embedded: folder }
  // As long as one store is open, the embedded server runs: it need not start again for each test.
  const keeper = new EventStore({ ...server, schema: `test-${randomUUID()}` })
  before(() => keeper.migrate())
  after(() => keeper.close())
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

  /** Each test has a schema of its own: it sees nothing of the others, not even in `$all`. */
  async function openStore(): Promise<EventStore<OrderEvents>> {
    const store = new EventStore<OrderEvents>({ ...server, schema: `test-${randomUUID()}` })
    await store.migrate()
    await store.append('order-1', { type: 'OrderPlaced', data: { cents: 4_200 } }, { expectedVersion: 'no-stream' })
    return store
  }

  test('is paid once, however often somebody pays', async () => {
    await using store = await openStore()
    await change(store, 'order-1', pay)
    await change(store, 'order-1', pay)
    assert.deepEqual(typesOf(await store.read('order-1').toArray()), ['OrderPlaced', 'OrderPaid'])
  })

  test('is paid or cancelled when both are tried at the same time, never both', async () => {
    await using store = await openStore()
    const outcomes = await Promise.allSettled([change(store, 'order-1', pay), change(store, 'order-1', cancel)])
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await store.getStream('order-1')).version, 2)
  })

  test('is told to whoever subscribes, in order', async () => {
    await using store = await openStore()
    const told: string[] = []
    const subscription = store.subscribe('$all', 'mailer')
    const running = subscription.run((event) => void told.push(event.type))
    await change(store, 'order-1', pay)
    await subscription.reached((await store.getStream('$all')).version) // no sleep: the checkpoint says when it is done
    await subscription.close()
    await running
    assert.deepEqual(told, ['OrderPlaced', 'OrderPaid'])
  })
})

function typesOf(events: readonly RecordedEvent<OrderEvents>[]): readonly string[] {
  return events.map(({ type }) => type)
}
