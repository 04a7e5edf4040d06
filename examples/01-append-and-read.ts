// Events are appended to streams, and read from there, or from $all.
//
//   npx tsx examples/01-append-and-read.ts
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppendResult, EventStore, type RecordedEvent } from 'pg-event-store'

// PostgreSQL runs from a temporary folder, unless DATABASE_URL names a server of yours.
const folder = mkdtempSync(join(tmpdir(), 'shop-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await using store = new EventStore(process.env.DATABASE_URL ? { schema: 'shop' } : { embedded: folder })
await store.migrate()

console.log('Append, saying which version the stream should have:')
const placed = await store.append(
  'order-1',
  [
    { type: 'OrderPlaced', data: { customer: 'Ada', cents: 4_200 } },
    { type: 'OrderPaid', data: { cents: 4_200 } },
  ],
  { expectedVersion: 'no-stream' },
)
show('order-1', placed)
const other = { type: 'OrderPlaced', data: { customer: 'Grace', cents: 900 }, metadata: { from: 'phone' } }
show('order-2', await store.append('order-2', other, { expectedVersion: 'no-stream' }))
const shipped = { type: 'OrderShipped', data: { carrier: 'post' } }
show('order-1', await store.append('order-1', shipped, { expectedVersion: placed.streamVersion }))

console.log('\nRead a stream:')
for await (const event of store.read('order-1')) print(event)

console.log('\nRead it backwards, for its latest event:')
for await (const event of store.read('order-1', { direction: 'backwards', limit: 1 })) print(event)

console.log('\nRead $all from position 2, every stream in the order of commits:')
for await (const event of store.read('$all', { from: 2 })) print(event)

console.log('\nRead a stream that nobody has appended to:')
await store
  .read('order-3')
  .toArray()
  .catch((error) => console.log(`  ${error.code}`))

function show(stream: string, { streamVersion, position }: AppendResult): void {
  console.log(`  ${stream} is at version ${streamVersion}, and $all at position ${position}`)
}

function print({ eventNumber, streamName, type, data }: RecordedEvent): void {
  console.log(`  ${eventNumber}  ${streamName}  ${type.padEnd(12)}  ${JSON.stringify(data)}`)
}
