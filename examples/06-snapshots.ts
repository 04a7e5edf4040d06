// A stream of thousands of events need not be read as a whole each time: a snapshot keeps what was computed from it.
//
//   npx tsx examples/06-snapshots.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStore, type NewEvent, type RecordedEvent } from 'pg-event-store'

type StockEvents = {
  Delivered: { product: string; pieces: number }
  Sold: { product: string; pieces: number }
}

interface Stock {
  readonly version: number
  readonly pieces: Readonly<Record<string, number>>
}

const STREAM = 'stock'
/** Changes with the shape of `Stock['pieces']`, or with the way it is computed: then older snapshots are not used any more. */
const SNAPSHOT_TYPE = 'Stock 1'
/** So many events are read in no time; a snapshot after each one would cost more than it saves. */
const SNAPSHOT_EVERY = 1_000

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await using store = new EventStore<StockEvents>(process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder })
await store.migrate()

console.log('A stock with 20,000 changes, loaded twice, after three sales, and after many:')
await store.append(STREAM, changes(20_000), { expectedVersion: 'no-stream' })
await loadStock()
let stock = await loadStock()
await store.append(STREAM, [sold('lamp'), sold('lamp'), sold('chair')], { expectedVersion: stock.version })
stock = await loadStock()
await store.append(STREAM, changes(2_000), { expectedVersion: stock.version })
await loadStock()
stock = await loadStock()

const folded = await foldEvents({ version: 0, pieces: {} })
const agrees = JSON.stringify(folded) === JSON.stringify(stock)
console.log(`\nFrom all events: ${describe(folded)}, ${agrees ? 'the same' : 'something else'}`)

/** What the snapshot says, and what has happened since. */
async function loadStock(): Promise<Stock> {
  const started = performance.now()
  const snapshot = await store.readSnapshot<Stock['pieces']>(STREAM)
  const usable = snapshot?.sourceType === SNAPSHOT_TYPE ? snapshot : undefined
  const before = { version: usable?.sourceVersion ?? 0, pieces: usable?.data ?? {} }
  const stock = await foldEvents(before)
  const read = stock.version - before.version
  const took = `${(performance.now() - started).toFixed(0)} ms`.padStart(6)
  const start = usable ? `snapshot ${before.version}`.padEnd(14) : 'no snapshot   '
  console.log(`  ${start}  ${`${read} events`.padStart(12)}  ${took}  ${describe(stock)}`)
  if (read >= SNAPSHOT_EVERY) {
    const { version: sourceVersion, pieces: data } = stock
    await store.recordSnapshot({ sourceId: STREAM, sourceType: SNAPSHOT_TYPE, sourceVersion, data })
  }
  return stock
}

async function foldEvents(stock: Stock): Promise<Stock> {
  let folded = stock
  for await (const event of store.read(STREAM, { from: stock.version + 1 })) folded = evolve(folded, event)
  return folded
}

function evolve({ pieces }: Stock, { type, data, streamVersion }: RecordedEvent<StockEvents>): Stock {
  const change = type === 'Sold' ? -data.pieces : data.pieces
  return { version: streamVersion, pieces: { ...pieces, [data.product]: (pieces[data.product] ?? 0) + change } }
}

function changes(count: number): NewEvent<StockEvents>[] {
  const delivered = (product: string) => ({ type: 'Delivered', data: { product, pieces: 2 } }) as const
  return Array.from({ length: count / 4 }, () => [
    delivered('lamp'),
    sold('lamp'),
    delivered('chair'),
    sold('chair'),
  ]).flat()
}

function sold(product: string): NewEvent<StockEvents> {
  return { type: 'Sold', data: { product, pieces: 1 } }
}

function describe({ version, pieces }: Stock): string {
  const list = Object.entries(pieces).map(([product, count]) => `${count} ${product}s`)
  return `version ${version}: ${list.join(', ')}`
}
