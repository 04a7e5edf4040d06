/**
 * Appends, reads, follows and subscribes to the database in its first argument, and says when it does all of that. Closes the
 * store when stdin ends, and is then to end by itself.
 */
import { once } from 'node:events'
import { EventStore } from '../../src/index.ts'
import { eventually } from './eventually.ts'
import { newEvent } from './new-events.ts'

const ended = once(process.stdin.resume(), 'close')
const store = new EventStore({ connectionString: process.argv[2] ?? '', onDiagnostic: () => {} })
const subscription = store.subscribe('$all', crypto.randomUUID(), { checkpointAfter: 60_000, checkpointEvery: 1_000 })
let handled = 0
const running = subscription.run(() => void handled++)
const followed = store.follow('$all', { after: 'start' })[Symbol.asyncIterator]()
await store.append('closing', newEvent(), { expectedVersion: 'any' })
await Promise.all([followed.next(), store.read('$all').toArray(), subscription.acquired()])
await eventually(() => {
  if (handled === 0) throw new Error('Expected an event to be handled, found none')
})
process.stdout.write('ready\n')
await ended
await store.close()
await running
