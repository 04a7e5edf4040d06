// Schemas say what an event carries: TypeScript knows it when it compiles, and the store checks it when it appends.
//
//   npx tsx examples/07-typed-events.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStore, InvalidEventError, type NewEvent, type RecordedEvent } from 'pg-event-store'
import { z } from 'zod'

// Any Standard Schema will do: zod, valibot, arktype …
const events = {
  OrderPlaced: z.object({
    customer: z.email(),
    lines: z.array(z.object({ product: z.string(), cents: z.int() })).min(1),
  }),
  DiscountGranted: z.object({ percent: z.number().min(0).max(50) }),
  OrderCancelled: z.object({ reason: z.string() }),
}
/** The same as types, for functions of your own. */
type OrderEvents = { [Type in keyof typeof events]: z.infer<(typeof events)[Type]> }

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const where = process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder }
await using store = new EventStore({ ...where, events })
await store.migrate()

console.log('What fits is stored:')
const lines = [
  { product: 'lamp', cents: 4_200 },
  { product: 'chair', cents: 5_000 },
]
await append({ type: 'OrderPlaced', data: { customer: 'ada@example.com', lines } })
await append({ type: 'DiscountGranted', data: { percent: 10 } })

console.log('\nWhat does not even compile is refused too, should it come from JavaScript:')
// @ts-expect-error: misspelt
await append({ type: 'OrderPlacd', data: { customer: 'grace@example.com', lines } })
// @ts-expect-error: text instead of a number
await append({ type: 'DiscountGranted', data: { percent: '10 %' } })

console.log('\nWhat types cannot say is found out when it is appended:')
await append({ type: 'OrderPlaced', data: { customer: 'nobody', lines: [] } })
await append({ type: 'DiscountGranted', data: { percent: 90 } })

console.log('\nWhat is read is typed, by the type of the event:')
let total = 0
for await (const event of store.read('order-1')) {
  total = apply(total, event)
  console.log(`  ${event.type.padEnd(15)}  ${(total / 100).toFixed(2)} €`)
}

function apply(total: number, event: RecordedEvent<OrderEvents>): number {
  switch (event.type) {
    case 'OrderPlaced':
      return event.data.lines.reduce((sum, { cents }) => sum + cents, 0)
    case 'DiscountGranted':
      return total * (1 - event.data.percent / 100)
    case 'OrderCancelled':
      return 0
    default: // does not compile when a type of event was forgotten
      throw event satisfies never
  }
}

async function append(event: NewEvent<OrderEvents>): Promise<void> {
  try {
    await store.append('order-1', event, { expectedVersion: 'any' })
    console.log(`  ${event.type.padEnd(15)}  stored`)
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error
    for (const { path = [], message } of error.issues) {
      console.log(`  ${event.type.padEnd(15)}  ${path.join('.') || 'type'}: ${message}`)
    }
  }
}
