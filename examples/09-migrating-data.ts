// Events of an older program: understood while they are read, copied into streams of a better design, and linked.
//
//   npx tsx examples/09-migrating-data.ts
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuplicateEventError, EventStore, type RecordedEvent, WrongExpectedVersionError } from 'pg-event-store'

// The first program put all orders into one stream, and counted in euros. The next one counted in cents.
type OldData = { id: number; euros: number }
type OrderData = { order: string; cents: number }
type OrderEvents = { OrderCreated: OldData; OrderPlaced: OrderData; OrderPaid: OldData | OrderData }

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await using store = new EventStore<OrderEvents>(process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder })
await store.migrate()
await store.append(
  'orders',
  [
    { type: 'OrderCreated', data: { id: 1, euros: 42 } },
    { type: 'OrderCreated', data: { id: 2, euros: 8.95 } },
    { type: 'OrderPaid', data: { id: 1, euros: 42 } },
    { type: 'OrderPlaced', data: { order: 'order-3', cents: 25_000 } },
    { type: 'OrderPaid', data: { order: 'order-2', cents: 895 } },
  ],
  { expectedVersion: 'no-stream', createdAt: new Date('2019-05-04') },
)

console.log('Read, with old events understood as new ones:')
for await (const event of store.read('orders')) {
  const { type, data } = upcast(event)
  console.log(`  ${event.streamVersion}  ${event.type.padEnd(12)}  →  ${type.padEnd(11)}  ${JSON.stringify(data)}`)
}

console.log('\nCopied into a stream for each order; interrupted, and begun again from the start:')
await copyOrders({ limit: 3 })
const copied = await copyOrders()

console.log('\nThe old stream is deleted, unless the old program has appended to it meanwhile:')
const late = { type: 'OrderPlaced', data: { order: 'order-4', cents: 700 } } as const
await store.append('orders', late, { expectedVersion: 'any' })
await deleteOrders(copied)
await deleteOrders(await copyOrders())

console.log('\nLarge orders are linked into a stream of their own, twice:')
await linkLargeOrders()
await linkLargeOrders()
for await (const { eventNumber, streamName, createdAt, data } of store.read('large-orders')) {
  console.log(`  ${eventNumber}  ${streamName}  ${createdAt.toISOString().slice(0, 10)}  ${JSON.stringify(data)}`)
}

/** What an event means today, whichever program wrote it. Recorded events never change: this function grows instead. */
function upcast({ type, data }: RecordedEvent<OrderEvents>): { type: 'OrderPlaced' | 'OrderPaid'; data: OrderData } {
  return {
    type: type === 'OrderCreated' ? 'OrderPlaced' : type,
    data: 'euros' in data ? { order: `order-${data.id}`, cents: Math.round(data.euros * 100) } : data,
  }
}

/** Resolves to the version of the old stream up to which it was copied. */
async function copyOrders({ limit = Number.POSITIVE_INFINITY } = {}): Promise<number> {
  const { version: before } = await store.getStream('$all')
  const versions = new Map<string, number>()
  let copied = 0
  for await (const event of store.read('orders', { limit })) {
    const { type, data } = upcast(event)
    const copy = { id: idOfCopy(event.id), type, data, metadata: event.metadata, causationId: event.id }
    // The same append with the same ids has the first result, and stores nothing: so copying again does no harm.
    const expectedVersion = versions.get(data.order) ?? 0
    const { streamVersion } = await store.append(data.order, copy, { expectedVersion, createdAt: event.createdAt })
    versions.set(data.order, streamVersion)
    copied = event.streamVersion
  }
  const { version: after } = await store.getStream('$all')
  console.log(`  up to event ${copied}: ${after - before} new`)
  return copied
}

/** A UUID made of another: the same each time. */
function idOfCopy(id: string): string {
  const hash = createHash('sha256').update(`an order a stream: ${id}`).digest('hex')
  return hash.replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*/, '$1-$2-8$3-8$4-$5')
}

async function deleteOrders(expectedVersion: number): Promise<void> {
  try {
    await store.deleteStream('orders', { expectedVersion })
    console.log(`  deleted at version ${expectedVersion}; its events stay in $all`)
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) throw error
    console.log(`  not deleted: it was copied up to ${expectedVersion}, and is at ${error.actualVersion}`)
  }
}

async function linkLargeOrders(): Promise<void> {
  for await (const event of store.read('$all')) {
    if (event.streamName === 'orders' || event.type !== 'OrderPlaced' || event.data.cents < 1_000) continue
    try {
      await store.link('large-orders', [event], { expectedVersion: 'any' })
    } catch (error) {
      if (!(error instanceof DuplicateEventError)) throw error // it is linked already
    }
  }
}
