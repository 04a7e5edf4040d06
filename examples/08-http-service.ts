// An HTTP service with Hono and Drizzle: requests that may be repeated, conflicts as 409, and events as they happen.
//
//   npx tsx examples/08-http-service.ts
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { and, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { Pool } from 'pg'
import { EventStore, WrongExpectedVersionError } from 'pg-event-store'
import { drizzleClient } from 'pg-event-store/adapters'
import { openEmbeddedServer } from 'pg-event-store/embedded'
import { z } from 'zod'

const OrderPlaced = z.object({ customer: z.string().min(1), cents: z.int().positive() })
const orders = pgTable('orders', { id: uuid().primaryKey(), version: integer(), customer: text(), status: text() })

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const server = process.env.DATABASE_URL ? undefined : await openEmbeddedServer(folder)
const pool = new Pool({ connectionString: server?.connectionString ?? process.env.DATABASE_URL })
const db = drizzle({ client: pool })
await db.execute(sql`CREATE TABLE orders (id uuid PRIMARY KEY, version integer, customer text, status text)`)
const store = new EventStore({ pool, schema: 'shop' })
await store.migrate()

const app = new Hono()
// The key is the id of the event and of the order. When a client that got no answer asks again, the row and the event are there
// already: nothing is stored, and the answer is the first one.
app.post('/orders', async (c) => {
  const id = z.uuid().parse(c.req.header('Idempotency-Key'))
  const order = OrderPlaced.parse(await c.req.json().catch(() => 'no JSON'))
  const { streamVersion: version } = await db.transaction(async (tx) => {
    await tx.insert(orders).values({ id, version: 1, customer: order.customer, status: 'placed' }).onConflictDoNothing()
    const event = { id, type: 'OrderPlaced', data: order }
    return store.withClient(drizzleClient(tx, sql)).append(`order-${id}`, event, { expectedVersion: 'no-stream' })
  })
  return c.json({ id, version }, 201)
})

// The client says which version of the order it has seen. The row is of that version, too: a repetition does not touch it.
app.post('/orders/:id{[0-9a-f-]{36}}/payment', async (c) => {
  const [key, id] = [z.uuid().parse(c.req.header('Idempotency-Key')), c.req.param('id')]
  const { version: seen } = z.object({ version: z.int() }).parse(await c.req.json().catch(() => 'no JSON'))
  const { streamVersion: version } = await db.transaction(async (tx) => {
    const row = and(eq(orders.id, id), eq(orders.version, seen))
    const paid = { status: 'paid', version: seen + 1 }
    await tx.update(orders).set(paid).where(row)
    const event = { id: key, type: 'OrderPaid', data: {} }
    return store.withClient(drizzleClient(tx, sql)).append(`order-${id}`, event, { expectedVersion: seen })
  })
  return c.json({ id, version })
})

app.get('/orders', async (c) => c.json(await db.select().from(orders)))

// A browser that connects again says in Last-Event-ID what it has seen, and misses nothing.
app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    const left = new AbortController()
    stream.onAbort(() => left.abort())
    const after = Number(c.req.header('Last-Event-ID') ?? 0)
    try {
      for await (const { position, type, data } of store.follow('$all', { after, signal: left.signal })) {
        await stream.writeSSE({ id: String(position), event: type, data: JSON.stringify(data) })
      }
    } catch (error) {
      if (!left.signal.aborted) throw error
    }
  }),
)

app.onError((error, c) => {
  if (error instanceof z.ZodError) return c.json({ error: error.issues.map(({ message }) => message) }, 400)
  if (!(error instanceof WrongExpectedVersionError)) throw error
  return c.json({ error: error.code, version: error.actualVersion }, error.actualVersion === 'no-stream' ? 404 : 409)
})

const http = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
await once(http, 'listening')
const url = `http://127.0.0.1:${(http.address() as { port: number }).port}`
const events = listen()
const [id, payment] = [randomUUID(), randomUUID()]
await post('/orders', id, { customer: 'Ada', cents: 4_200 })
await post('/orders', id, { customer: 'Ada', cents: 4_200 })
await post('/orders', randomUUID(), { customer: 'Grace', cents: 'many' })
await post(`/orders/${id}/payment`, payment, { version: 1 })
await post(`/orders/${id}/payment`, payment, { version: 1 })
await post(`/orders/${id}/payment`, randomUUID(), { version: 1 })
console.log(`\nGET /orders\n${await (await fetch(`${url}/orders`)).text()}`)
console.log(`\nGET /events\n${await events}`)
http.close()
await once(http, 'close')
await store.close()
await pool.end()
await server?.close()

async function post(path: string, key: string, body: object): Promise<void> {
  const request = { method: 'POST', headers: { 'Idempotency-Key': key }, body: JSON.stringify(body) }
  const response = await fetch(url + path, request)
  console.log(`POST ${path.replace(/[^/]{20,}/, ':id').padEnd(19)}  ${response.status}  ${await response.text()}`)
}

/** The first two events, as they come. */
async function listen(): Promise<string> {
  let text = ''
  const { body } = await fetch(`${url}/events`)
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.includes('id: 2\n')) break
  }
  return text.trim()
}
