/**
 * Subscribes in a process of its own, with the settings in its first argument, and holds the first event that it is given without
 * acknowledging it: prints its number. Closes the store when stdin ends.
 */
import { once } from 'node:events'
import { EventStore } from '../../src/index.ts'

export interface SubscriberSettings {
  readonly connectionString: string
  readonly schema: string
  readonly stream: string
  readonly name: string
  readonly retryInterval: number
}

const settings = JSON.parse(process.argv[2] ?? '') as SubscriberSettings
const { connectionString, schema, stream, name, retryInterval } = settings
const ended = once(process.stdin.resume(), 'close')
await using store = new EventStore({ connectionString, schema, subscriptionRetryInterval: retryInterval })
const events = store.subscribe(stream, name).connect()[Symbol.asyncIterator]()
const { value } = await events.next()
process.stdout.write(`${value.eventNumber}\n`)
await ended
