// Several customers want the last lamps. Who decided on a version that is no longer true looks again, and decides again.
//
//   npx tsx examples/02-optimistic-concurrency.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStore, WrongExpectedVersionError } from 'pg-event-store'

type StockEvents = {
  LampsDelivered: { pieces: number }
  LampsSold: { pieces: number; customer: string }
}

interface Stock {
  readonly pieces: number
  readonly version: number
}

const LAMPS = 'stock-lamps'

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await using store = new EventStore<StockEvents>(process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder })
await store.migrate()

await store.append(LAMPS, { type: 'LampsDelivered', data: { pieces: 3 } }, { expectedVersion: 'no-stream' })
const seen = await readStock()
console.log(`Ada, Grace and Linus all have seen ${seen.pieces} lamps, at version ${seen.version}:`)
await sell('Ada', 2, seen)
await sell('Grace', 1, seen)
await sell('Linus', 1, seen)

// A delivery is true whatever the stock is: it needs no version.
await store.append(LAMPS, { type: 'LampsDelivered', data: { pieces: 2 } }, { expectedVersion: 'any' })
console.log('\nTwo more are delivered, and four customers come at once:')
await Promise.all(['Barbara', 'Donald', 'Edsger', 'Margaret'].map((customer) => sell(customer, 1)))
const { pieces, version } = await readStock()
console.log(`\n${pieces} lamps are left, at version ${version}: none was sold twice.`)

async function sell(customer: string, wanted: number, known?: Stock): Promise<void> {
  for (let stock = known ?? (await readStock()); ; stock = await readStock()) {
    if (stock.pieces < wanted) return say(customer, `is refused, for ${stock.pieces} are left`)
    try {
      const event = { type: 'LampsSold', data: { pieces: wanted, customer } } as const
      await store.append(LAMPS, event, { expectedVersion: stock.version })
      return say(customer, `buys ${wanted}, at version ${stock.version}`)
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error
      say(customer, `looks again, for version ${error.expectedVersion} has become ${error.actualVersion}`)
    }
  }
}

async function readStock(): Promise<Stock> {
  let stock: Stock = { pieces: 0, version: 0 }
  for await (const { type, data, streamVersion } of store.read(LAMPS)) {
    stock = { pieces: stock.pieces + (type === 'LampsSold' ? -data.pieces : data.pieces), version: streamVersion }
  }
  return stock
}

function say(customer: string, what: string): void {
  console.log(`  ${customer.padEnd(8)}  ${what}`)
}
