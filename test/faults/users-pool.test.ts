import { Pool, type PoolConfig } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'

const database = useDatabase()
const pools: Pool[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

function openPool(config: PoolConfig): Pool {
  const pool = new Pool(config).on('error', () => {})
  pools.push(pool)
  return pool
}

/** What the URL of the database says, as fields of their own. */
function fields(): PoolConfig & { readonly password: string } {
  const { hostname, port, username, password, pathname } = new URL(database.connectionString)
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  }
}

describe("sessions that connect as a pool of the user's does", () => {
  test.each([
    ['is a field', () => fields()],
    ['is asked for', () => ({ ...fields(), password: async () => fields().password })],
  ])('are let in when its password %s', async (_, config) => {
    await using store = new EventStore({ pool: openPool(config()), onDiagnostic: () => {} })
    const subscription = store.subscribe('$all', crypto.randomUUID())
    const subscriber = subscription.connect()
    await subscription.acquired({ signal: AbortSignal.timeout(5_000) })
    await subscriber.close()
  })

  test('exclude each other, whatever the pool makes of the types of columns', async () => {
    // As query builders do that parse everything themselves.
    const types = { getTypeParser: () => (value: string) => value }
    const open = () =>
      new EventStore({
        pool: openPool({ connectionString: database.connectionString, types }),
        subscriptionRetryInterval: 50,
      })
    await using one = open()
    await using other = open()
    const name = crypto.randomUUID()
    const [holder, standby] = [one.subscribe('typed', name), other.subscribe('typed', name)]
    const subscriber = holder.connect()
    const delivered = receive(subscriber, (event) => subscriber.ack(event))
    await holder.acquired({ signal: AbortSignal.timeout(5_000) })
    const successor = standby.connect()
    const received = receive(successor, (event) => successor.ack(event))
    await eventually(() => expect(standby.state).toBe('standby'))
    await one.append('typed', newEvents(3), { expectedVersion: 0 })
    await holder.reached(3, { signal: AbortSignal.timeout(5_000) })
    expect(standby.state).toBe('standby')
    await holder.close()
    await one.append('typed', newEvent(), { expectedVersion: 3 })
    await received.until(1)
    expect([numbersOf(delivered.items), numbersOf(received.items)]).toEqual([[1, 2, 3], [4]])
  })
})
