import { describe, expect, inject, test } from 'vitest'
import { type Diagnostic, EventStore } from '../../src/index.ts'
import { asAdmin, DATABASE_PREFIX, dropDatabase, withDatabase } from '../support/admin.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startForwarder, unusedPort } from '../support/forwarder.ts'
import { newEvents } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { createTestRole } from '../support/roles.ts'
import { runSql } from '../support/run-sql.ts'
import { startScript } from '../support/script.ts'

const database = useDatabase()

/** A store that follows and subscribes, and what it has told. */
function openStore(connectionString: string) {
  const diagnostics: Diagnostic[] = []
  const store = new EventStore({ connectionString, onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) })
  const followed = receive(store.follow('$all', { after: 'start' }))
  const subscription = store.subscribe('$all', crypto.randomUUID())
  const subscriber = subscription.connect()
  const delivered = receive(subscriber, (event) => subscriber.ack(event))
  return {
    store,
    subscription,
    followed,
    delivered,
    diagnostics,
    failures: () => diagnostics.filter(({ type }) => type === 'read-failed').length,
  }
}

async function appendThree(connectionString: string): Promise<void> {
  await using store = new EventStore({ connectionString })
  await store.append('s', newEvents(3), { expectedVersion: 'any' })
}

describe('what is not there at the start', () => {
  test('a server: follow and subscribe tell of it, and try until it is there', async () => {
    const { connectionString } = database
    await appendThree(connectionString)
    const port = await unusedPort()
    const url = new URL(connectionString)
    url.hostname = '127.0.0.1'
    url.port = String(port)
    const { store, subscription, followed, delivered, failures } = openStore(url.href)
    await eventually(() => expect(failures()).toBeGreaterThan(3))
    expect(subscription.state).toBe('acquiring')
    {
      await using _forwarder = await startForwarder(connectionString, port)
      await followed.until(3, 10_000)
      await delivered.until(3, 10_000)
      await subscription.reached(3)
      expect(numbersOf(followed.items)).toEqual([1, 2, 3])
      expect(numbersOf(delivered.items)).toEqual([1, 2, 3])
      await store.close()
    }
  })

  test('a database: follow and subscribe tell of it, and try until it is there', async () => {
    const name = `${DATABASE_PREFIX}${inject('runId')}_late`
    const url = withDatabase(inject('serverUrl'), name)
    const { store, followed, delivered, failures } = openStore(url)
    try {
      await eventually(() => expect(failures()).toBeGreaterThan(3))
      await asAdmin(inject('serverUrl'), (client) =>
        client.query(`CREATE DATABASE "${name}" TEMPLATE "${inject('templateDatabase')}"`),
      )
      await appendThree(url)
      await followed.until(3, 10_000)
      await delivered.until(3, 10_000)
    } finally {
      await store.close()
      await asAdmin(inject('serverUrl'), (client) => dropDatabase(client, name))
    }
  })

  test('nothing keeps a store from closing that still tries', async () => {
    const url = new URL(database.connectionString)
    url.hostname = '127.0.0.1'
    url.port = String(await unusedPort())
    const { store, followed, delivered, failures } = openStore(url.href)
    await eventually(() => expect(failures()).toBeGreaterThan(8))
    const began = performance.now()
    await store.close()
    expect(performance.now() - began).toBeLessThan(1_000)
    await expect(followed.ended).rejects.toMatchObject({ code: 'CLOSED' })
    await delivered.ended
  })
})

describe('a process that may not connect any more', () => {
  test('tells of it, and goes on once it may', async () => {
    const { connectionString } = database
    const role = await createTestRole('limited')
    try {
      await runSql(connectionString, `GRANT ALL ON SCHEMA eventstore TO "${role.name}"`)
      await runSql(connectionString, `GRANT ALL ON ALL TABLES IN SCHEMA eventstore TO "${role.name}"`)
      await appendThree(connectionString)
      const { store, subscription, followed, delivered, diagnostics } = openStore(role.urlOf(connectionString))
      const before = (await delivered.until(3)).length
      await subscription.acquired()

      await setLimit(0)
      await runSql(connectionString, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
        role.name,
      ])
      await eventually(() => expect(subscription.state).toBe('standby'))
      await eventually(() => expect(diagnostics.filter(isRefused).length).toBeGreaterThan(3))
      await appendThree(connectionString)
      await setLimit(-1)
      await delivered.until(before + 3, 15_000)
      await followed.until(before + 3, 15_000)
      expect(numbersOf(followed.items)).toEqual(followed.items.map((_, index) => index + 1))
      await store.close()
    } finally {
      await setLimit(-1)
      await runSql(connectionString, `DROP OWNED BY "${role.name}"`)
      await role.drop()
    }
  })

  /** Superusers, such as the one of the other connections, are not counted. */
  async function setLimit(connections: number): Promise<void> {
    const name = new URL(database.connectionString).pathname.slice(1)
    await asAdmin(inject('serverUrl'), (client) =>
      client.query(`ALTER DATABASE "${name}" WITH CONNECTION LIMIT ${connections}`),
    )
  }

  function isRefused(diagnostic: Diagnostic): boolean {
    return 'error' in diagnostic && /too many connections/.test(diagnostic.error.message)
  }
})

describe('a process that has closed its store', () => {
  test('ends by itself at once, with nothing left open, be the server there or not', async () => {
    for (const away of [false, true]) {
      const forwarder = await startForwarder(database.connectionString)
      const url = new URL(database.connectionString)
      url.hostname = '127.0.0.1'
      url.port = String(forwarder.port)
      const script = await startScript('closing.ts', { args: [url.href] })
      expect(script.firstLine).toBe('ready')
      if (away) await forwarder[Symbol.asyncDispose]()
      const began = performance.now()
      expect(await script.end()).toBe(0)
      expect(performance.now() - began).toBeLessThan(4_000)
      if (!away) await forwarder[Symbol.asyncDispose]()
    }
  })
})
