/**
 * Appends events in a process of its own, by several writers at once: to the database in its first argument, the schema in the
 * second, as many as the third says. Prints, for each append, the id of its last event and the result, as a line of JSON.
 */
import { EventStore } from '../../src/index.ts'
import { appendConcurrently } from './append-concurrently.ts'

const [connectionString = '', schema = '', count = '0'] = process.argv.slice(2)
await using store = new EventStore({ connectionString, schema })
for (const appended of await appendConcurrently(store, Number(count)))
  process.stdout.write(`${JSON.stringify(appended)}\n`)
