import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConnectionError, EventStore, type EventStoreOptions, type EventTypes } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startFakeServer } from '../support/fake-server.ts'
import { startForwarder, unusedPort } from '../support/forwarder.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()

function openStore(options: EventStoreOptions<EventTypes> = {}): EventStore {
  return new EventStore({ connectionString: database.connectionString, ...options })
}

/** The URL of the test's database, changed. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(database.connectionString)
  change(url)
  return url.href
}

async function connectionsOf(applicationName: string): Promise<number> {
  const rows = await runSql(
    database.connectionString,
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [applicationName],
  )
  return rows.length
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the URL', () => {
  test('may hold any user, password, database and application name, encoded', async () => {
    await using server = await startFakeServer('refuse-password')
    const user = 'an n@example.com'
    const password = 'p#a/s:s@w?o&r=d%20 é,"\\+'
    const name = 'my "data" base é %'
    const [u, p, n] = [user, password, name].map(encodeURIComponent)
    await using store = new EventStore({
      connectionString: `postgres://${u}:${p}@127.0.0.1:${server.port}/${n}?application_name=my%20app`,
    })
    expect(await rejection(store.listStreams())).toBeInstanceOf(ConnectionError)
    expect(server.startup).toMatchObject({ user, database: name, application_name: 'my app' })
    expect(server.password).toBe(password)
  })

  test('may give application_name; without it, connections are called eventstore', async () => {
    await using named = openStore({
      connectionString: urlWith((url) => url.searchParams.set('application_name', 'shop')),
    })
    await using unnamed = openStore()
    for (const [store, name] of [[named, 'shop'] as const, [unnamed, 'eventstore'] as const]) {
      // At the same time: a pooler may give the connection, and with it its name, to whoever comes next.
      await eventually(async () => {
        const [connections] = await Promise.all([connectionsOf(name), store.listStreams()])
        expect(connections).toBeGreaterThan(0)
      })
    }
  })

  test.each(['postgres:', 'postgresql:'])('may begin with %s', async (protocol) => {
    const connectionString = `${protocol}${database.connectionString.slice(database.connectionString.indexOf('//'))}`
    await using store = openStore({ connectionString })
    expect((await store.listStreams()).page).toBe(1)
  })

  test('may name the folder of a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pg-'))
    await using _forwarder = await startForwarder(database.connectionString, join(folder, '.s.PGSQL.5433'))
    const { username, password, pathname } = new URL(database.connectionString)
    const host = encodeURIComponent(folder)
    await using store = openStore({
      connectionString: `postgres://${username}:${password}@/${pathname.slice(1)}?host=${host}&port=5433`,
    })
    await store.append('socket', newEvent(), { expectedVersion: 'any' })
    expect(await store.read('socket').toArray()).toHaveLength(1)
    await rm(folder, { recursive: true })
  })

  test.each([
    'mysql://user:sesame@127.0.0.1/database',
    'user:sesame@127.0.0.1/database',
    'postgres://user:sesame@127.0.0.1:port/database',
    'postgres://user:sesame@127.0.0.1/database?target_session_attrs=best',
  ])('that cannot be used is a TypeError that does not tell the password: %s', (connectionString) => {
    let error: unknown
    try {
      openStore({ connectionString })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toMatch(/sesame/)
  })
})

describe('the environment', () => {
  test('DATABASE_URL is the default', async () => {
    vi.stubEnv('DATABASE_URL', database.connectionString)
    await using store = new EventStore()
    await store.append('database-url', newEvent(), { expectedVersion: 'any' })
    await using other = openStore()
    expect(await other.read('database-url').toArray()).toHaveLength(1)
  })

  test('PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and PGAPPNAME are used without a URL', async () => {
    const { hostname, port, username, password, pathname } = new URL(database.connectionString)
    vi.stubEnv('DATABASE_URL', undefined)
    vi.stubEnv('PGHOST', hostname)
    vi.stubEnv('PGPORT', port || '5432')
    vi.stubEnv('PGUSER', decodeURIComponent(username))
    vi.stubEnv('PGPASSWORD', decodeURIComponent(password))
    vi.stubEnv('PGDATABASE', pathname.slice(1))
    vi.stubEnv('PGAPPNAME', 'from-environment')
    await using store = new EventStore()
    await store.append('environment', newEvent(), { expectedVersion: 'any' })
    expect(await connectionsOf('from-environment')).toBeGreaterThan(0)
    await using other = openStore()
    expect(await other.read('environment').toArray()).toHaveLength(1)
  })

  test('connectionString comes before DATABASE_URL, and a pool before both', async () => {
    vi.stubEnv('DATABASE_URL', `postgres://127.0.0.1:${await unusedPort()}/nowhere`)
    await using store = openStore()
    expect((await store.listStreams()).page).toBe(1)
    const pool = new Pool({ connectionString: database.connectionString })
    await using pooled = new EventStore({ pool })
    expect((await pooled.listStreams()).page).toBe(1)
    await pool.end()
  })
})

describe('several hosts', () => {
  /** The URL of a host that refuses connections, and of the server. */
  async function twoHosts(parameters = ''): Promise<string> {
    const { username, password, host, pathname } = new URL(database.connectionString)
    return `postgres://${username}:${password}@127.0.0.1:${await unusedPort()},${host}${pathname}${parameters}`
  }

  test.each(['', '?target_session_attrs=any', '?target_session_attrs=read-write', '?target_session_attrs=primary'])(
    'are tried in turn: the first refuses, the second serves (%s)',
    async (parameters) => {
      await using store = openStore({ connectionString: await twoHosts(parameters) })
      await Promise.all(range(1, 20).map((n) => store.append(`host-${n}`, newEvent(), { expectedVersion: 'any' })))
      expect(await store.read('host-1').toArray()).not.toHaveLength(0)
    },
  )

  test.each(['standby', 'read-only'])(
    'of which none is %s are ConnectionError when that is demanded',
    async (wanted) => {
      await using store = openStore({ connectionString: await twoHosts(`?target_session_attrs=${wanted}`) })
      const error = await rejection(store.listStreams())
      expect(error).toBeInstanceOf(ConnectionError)
      expect((await rejection(store.listStreams())) as Error).toBeInstanceOf(ConnectionError)
    },
  )

  test('that all refuse are ConnectionError', async () => {
    const [one, two] = [await unusedPort(), await unusedPort()]
    await using store = new EventStore({ connectionString: `postgres://127.0.0.1:${one},127.0.0.1:${two}/database` })
    expect(await rejection(store.listStreams())).toBeInstanceOf(ConnectionError)
  })
})

describe('no connection', () => {
  async function expectConnectionError(connectionString: string): Promise<Error> {
    await using store = new EventStore({ connectionString })
    const error = await rejection(store.append('s', newEvent(), { expectedVersion: 'any' }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ code: 'CONNECTION', cause: expect.any(Error) })
    for (let link: unknown = error; link instanceof Error; link = link.cause) {
      expect(`${link.message}${link.stack}${JSON.stringify(link)}`).not.toMatch(/sesame/)
    }
    return error as Error
  }

  test('to an address where nothing listens is ConnectionError', async () => {
    const port = await unusedPort()
    const error = await expectConnectionError(`postgres://user:sesame@127.0.0.1:${port}/database`)
    expect(error.message).toMatch(/ECONNREFUSED/)
  })

  test('to a host that has no address is ConnectionError', async () => {
    await expectConnectionError('postgres://user:sesame@no-such-host.invalid/database')
  })

  test('with a wrong password is ConnectionError, which does not tell it', async () => {
    await using server = await startFakeServer('refuse-password')
    const error = await expectConnectionError(`postgres://user:sesame@127.0.0.1:${server.port}/database`)
    expect(server.password).toBe('sesame')
    expect(error.message).toMatch(/password authentication failed/)
  })

  test('to a server without TLS, when sslmode demands it, is ConnectionError', async () => {
    await using server = await startFakeServer('refuse-password')
    await expectConnectionError(`postgres://user:sesame@127.0.0.1:${server.port}/database?sslmode=require`)
    expect(server.password).toBeUndefined()
  })

  test('to a database or as a user that there is not is ConnectionError', async () => {
    await expectConnectionError(urlWith((url) => (url.pathname = '/no_such_database')))
    await expectConnectionError(urlWith((url) => (url.username = 'no_such_user')))
  })

  test('from a pool that was ended is ConnectionError', async () => {
    const pool = new Pool({ connectionString: database.connectionString })
    await pool.end()
    await using store = new EventStore({ pool })
    expect(await rejection(store.listStreams())).toBeInstanceOf(ConnectionError)
  })
})

describe('a pool of the user that hands out a connection in a transaction', () => {
  test('is ConnectionError, and nothing is stored that would be lost', async () => {
    const pool = new Pool({ connectionString: database.connectionString, max: 1 })
    await using store = new EventStore({ pool })
    await store.append('leaked', newEvent(), { expectedVersion: 0 })
    const client = await pool.connect()
    await client.query('BEGIN')
    client.release()
    for (const operation of [
      () => store.append('leaked', newEvent(), { expectedVersion: 1 }),
      () => store.append('leaked', newEvents(3_000), { expectedVersion: 1 }),
      () => store.read('leaked').toArray(),
    ]) {
      const error = await rejection(operation())
      expect(error).toBeInstanceOf(ConnectionError)
      expect(String(error)).toMatch(/open transaction/)
    }
    await pool.query('ROLLBACK')
    expect(await store.append('leaked', newEvent(), { expectedVersion: 1 })).toMatchObject({ streamVersion: 2 })
    expect(await store.read('leaked').toArray()).toHaveLength(2)
    await pool.end()
  })
})
