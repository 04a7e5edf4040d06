// Tables of your own next to the events: written together with an append, or by a subscription that counts nothing twice.
//
//   npx tsx examples/03-projection.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool, type PoolClient } from 'pg'
import { EventStore, type RecordedEvent } from 'pg-event-store'
import { openEmbeddedServer } from 'pg-event-store/embedded'

type ShopEvents = { OrderPlaced: { product: string; pieces: number; cents: number } }

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const server = process.env.DATABASE_URL ? undefined : await openEmbeddedServer(folder)
const pool = new Pool({ connectionString: server?.connectionString ?? process.env.DATABASE_URL })
const store = new EventStore<ShopEvents>({ pool, schema: 'shop' })
await store.migrate()
await pool.query(`
  CREATE TABLE stock (product text PRIMARY KEY, pieces integer NOT NULL CHECK (pieces >= 0));
  CREATE TABLE sales (product text PRIMARY KEY, orders integer NOT NULL, cents integer NOT NULL);
  CREATE TABLE projections (name text PRIMARY KEY, position bigint NOT NULL);
  INSERT INTO stock VALUES ('lamp', 5), ('chair', 8);
  INSERT INTO projections VALUES ('sales', 0)`)

console.log('The stock changes in the transaction that places an order, or neither of them:')
await placeOrder('order-1', 'lamp', 2, 8_400)
await placeOrder('order-2', 'chair', 4, 20_000)
await placeOrder('order-2', 'chair', 1, 5_000)
await placeOrder('order-3', 'lamp', 4, 16_800)
await placeOrder('order-4', 'lamp', 1, 4_200)

console.log('\nThe sales follow, by a subscription:')
await project()
console.log('\nIt is forgotten, so every event comes once more:')
await store.deleteSubscription('$all', 'sales')
await project()

await store.close()
await pool.end()
await server?.close()

async function placeOrder(order: string, product: string, pieces: number, cents: number): Promise<void> {
  const placing = inTransaction(async (client) => {
    await client.query('UPDATE stock SET pieces = pieces - $2 WHERE product = $1', [product, pieces])
    // Append last: from here to COMMIT, all other writers of the store wait.
    const event = { type: 'OrderPlaced', data: { product, pieces, cents } } as const
    await store.withClient(client).append(order, event, { expectedVersion: 'no-stream' })
    return 'placed'
  })
  const outcome = await placing.catch((error) => `rolled back: ${error.message.split('. ')[0]}`)
  const { rows } = await pool.query('SELECT pieces FROM stock WHERE product = $1', [product])
  console.log(`  ${order}  ${`${pieces} × ${product}`.padEnd(9)}  ${rows[0].pieces} left  ${outcome}`)
}

async function project(): Promise<void> {
  const { version: head } = await store.getStream('$all')
  const subscription = store.subscribe('$all', 'sales')
  const running = subscription.run(countSale)
  await subscription.reached(head)
  await subscription.close()
  await running
  const { rows } = await pool.query('SELECT * FROM sales ORDER BY product')
  for (const { product, orders, cents } of rows)
    console.log(`  ${product.padEnd(5)}  orders: ${orders}  ${cents / 100} €`)
}

/** An event may come again after a crash. Its position is recorded in the same transaction, so that it is counted once. */
async function countSale({ position, data: { product, cents } }: RecordedEvent<ShopEvents>): Promise<void> {
  await inTransaction(async (client) => {
    const advance = "UPDATE projections SET position = $1 WHERE name = 'sales' AND position < $1"
    const { rowCount } = await client.query(advance, [position])
    console.log(`  event ${position}  ${rowCount ? 'is counted' : 'was counted before'}`)
    if (!rowCount) return
    const count = `
      INSERT INTO sales VALUES ($1, 1, $2)
      ON CONFLICT (product) DO UPDATE SET orders = sales.orders + 1, cents = sales.cents + EXCLUDED.cents`
    await client.query(count, [product, cents])
  })
}

async function inTransaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}
