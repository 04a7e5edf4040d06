// Three people pack orders. They share the events; those of one order stay in order, in one pair of hands at a time.
//
//   npx tsx examples/04-competing-subscribers.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EventStore } from 'pg-event-store'

const STEPS = ['OrderPlaced', 'OrderPaid', 'OrderShipped'] as const
type OrderEvents = Record<(typeof STEPS)[number], { customer: string }>

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await using store = new EventStore<OrderEvents>(process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder })
await store.migrate()

const orders = [1, 2, 3, 4, 5].map((number) => `order-${number}`)
for (const [version, type] of STEPS.entries()) {
  for (const [index, order] of orders.entries()) {
    const customer = index % 2 === 0 ? 'Barbara' : 'Edsger'
    await store.append(order, { type, data: { customer } }, { expectedVersion: version })
  }
}
const { version: head } = await store.getStream('$all')

console.log(`${head} events of ${orders.length} orders, packed by three:`)
const packing = store.subscribe('$all', 'packing', { partitionBy: (event) => event.streamName })
const packed = new Map(orders.map((order) => [order, [] as string[]]))
let [busy, busiest] = [0, 0]
const packers = ['Ada', 'Grace', 'Linus'].map(pack)
await packing.reached(head) // the last event is acknowledged, and the checkpoint says so
await packing.close()
await Promise.all(packers)
for (const [order, steps] of packed) console.log(`  ${order}  ${steps.join('  ')}`)
console.log(`  ${busiest} of them were busy at the same time`)

console.log('\nMails, three at a time, to each customer in order:')
const mailing = store.subscribe('$all', 'mailing', {
  partitionBy: (event) => event.data.customer,
  filter: (event) => event.type !== 'OrderPaid',
})
const mailed = new Map([
  ['Barbara', [] as string[]],
  ['Edsger', []],
])
// In short: `run` acknowledges what its handler is done with.
const running = mailing.run(
  async ({ streamName, type, data }) => {
    await sleep(Math.random() * 10)
    mailed.get(data.customer)?.push(`${streamName} ${type === 'OrderPlaced' ? 'placed' : 'shipped'}`)
  },
  { concurrency: 3 },
)
await mailing.reached(head)
await mailing.close()
await running
for (const [customer, mails] of mailed) console.log(`  ${customer.padEnd(7)}  ${mails.join(', ')}`)

async function pack(name: string): Promise<void> {
  const subscriber = packing.connect()
  for await (const event of subscriber) {
    busiest = Math.max(busiest, ++busy)
    await sleep(Math.random() * 20)
    packed.get(event.streamName)?.push(`${event.type} ${name}`.padEnd(18))
    busy--
    subscriber.ack(event)
  }
}
