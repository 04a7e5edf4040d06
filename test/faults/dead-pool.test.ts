import { expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startForwarder } from '../support/forwarder.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'

const database = useDatabase()

test('a holder that cannot read any more, though its lock session is well, leaves the subscription to one that can', async () => {
  const { connectionString } = database
  await using other = await freshStore(connectionString, { subscriptionRetryInterval: 100 })
  const { schema } = other
  const forwarder = await startForwarder(connectionString)
  const url = new URL(connectionString)
  url.hostname = '127.0.0.1'
  url.port = String(forwarder.port)
  await using store = new EventStore({
    connectionString: url.href,
    sessionConnectionString: connectionString,
    schema,
    subscriptionRetryInterval: 100,
    onDiagnostic: () => {},
  })
  const holder = store.subscribe('$all', 's')
  const subscriber = holder.connect()
  const delivered = receive(subscriber, (event) => subscriber.ack(event))
  await other.append('s', newEvent(), { expectedVersion: 0 })
  await holder.reached(1)
  const standby = other.subscribe('$all', 's')
  const successor = standby.connect()
  const received = receive(successor, (event) => successor.ack(event))
  await eventually(() => expect(standby.state).toBe('standby'))

  await forwarder[Symbol.asyncDispose]()
  await other.append('s', newEvent(), { expectedVersion: 1 })
  await received.until(1, 25_000)
  await standby.reached(2)
  expect(numbersOf(received.items)).toEqual([2])
  expect(holder.state).toBe('standby')

  await using _forwarder = await startForwarder(connectionString, forwarder.port)
  await standby.close()
  await other.append('s', newEvent(), { expectedVersion: 2 })
  await delivered.until(2, 10_000)
  expect(numbersOf(delivered.items)).toEqual([1, 3])
  await holder.close()
}, 60_000)
