import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type Diagnostic,
  EventStore,
  type EventStoreOptions,
  type EventTypes,
  type Serializer,
} from '../../src/index.ts'
import * as migrations from '../../src/migrations/index.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { invoke } from '../support/invoke.ts'
import { createTestRole, type TestRole } from '../support/roles.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { DATA, PASSWORD, secretsIn, withPassword } from '../support/secrets.ts'

type Options = EventStoreOptions<EventTypes>

const ANY = { expectedVersion: 'any' } as const
const EVENT = { type: 'T', data: DATA, metadata: DATA }
const REFUSED = 'postgres://127.0.0.1:1/shop'
/** A host that cannot be: names that end so never exist. */
const NOWHERE = 'postgres://host.invalid/shop'

const database = useDatabase()
const roles: TestRole[] = []
afterAll(async () => {
  for (const role of roles) await role.drop()
})

/** Each thing that a store does. */
const OPERATIONS: Readonly<Record<string, (store: EventStore) => unknown>> = {
  append: (store) => store.append('s', EVENT, { ...ANY, timeout: 1_000 }),
  'append of many': (store) => store.append('s', Array(300).fill(EVENT), { ...ANY, timeout: 1_000 }),
  'append of very many': (store) => store.append('s', Array(2_100).fill(EVENT), { ...ANY, timeout: 2_000 }),
  'append by several': (store) => Promise.all([1, 2].map((n) => store.append(`s-${n}`, EVENT, ANY))),
  appendAll: (store) => store.appendAll([{ stream: 's', ...ANY, events: [EVENT] }], { timeout: 1_000 }),
  link: (store) => store.link('l', [crypto.randomUUID()], { ...ANY, timeout: 1_000 }),
  read: (store) => store.read('s', { timeout: 1_000 }).toArray(),
  deleteStream: (store) => store.deleteStream('s', { ...ANY, timeout: 1_000 }),
  getStream: (store) => store.getStream('missing', { timeout: 1_000 }),
  listStreams: (store) => store.listStreams({ timeout: 1_000 }),
  recordSnapshot: (store) =>
    store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'T', data: DATA, metadata: DATA }),
  readSnapshot: (store) => store.readSnapshot('s', { timeout: 1_000 }),
  deleteSnapshot: (store) => store.deleteSnapshot('s', { timeout: 1_000 }),
  follow: (store) =>
    store
      .follow('s', { signal: AbortSignal.timeout(100) })
      [Symbol.asyncIterator]()
      .next(),
  subscribe: async (store) => {
    const subscription = store.subscribe('s', 'n')
    const run = subscription.run(() => {}, { signal: AbortSignal.timeout(100) })
    await run.finally(() => subscription.close())
  },
  listSubscriptions: (store) => store.listSubscriptions({ timeout: 1_000 }),
  deleteSubscription: (store) => store.deleteSubscription('s', 'n', { timeout: 1_000 }),
  migrate: (store) => store.migrate(),
}

/** Runs each operation on a store; resolves to all that was thrown, told and warned of, the store itself included. */
async function everythingToldBy(
  options: Options,
): Promise<{ readonly errors: readonly unknown[]; readonly all: readonly unknown[] }> {
  const diagnostics: Diagnostic[] = []
  const errors: unknown[] = []
  const store = new EventStore({ onDiagnostic: (diagnostic) => diagnostics.push(diagnostic), ...options })
  await Promise.all(
    Object.values(OPERATIONS).map(async (operation) => {
      try {
        await operation(store)
      } catch (error) {
        errors.push(error)
      }
    }),
  )
  const subscription = store.subscribe('s', 'shown')
  await store.close()
  return { errors, all: [...errors, ...diagnostics, store, subscription] }
}

test('a secret is found wherever it may be shown', () => {
  const shown = [
    new Error(PASSWORD),
    new Error('outer', { cause: new Error('inner', { cause: PASSWORD }) }),
    new AggregateError([new Error('one', { cause: { detail: PASSWORD } })]),
    Object.assign(new Error('x'), { client: { options: { password: PASSWORD } } }),
    { deep: [{ deeper: new Map([[1, PASSWORD]]) }] },
    Buffer.from(PASSWORD).toString('hex'),
    encodeURIComponent(PASSWORD),
    JSON.stringify(DATA),
  ]
  for (const value of shown) expect(secretsIn(value)).not.toEqual([])
  expect(secretsIn(new Error('nothing', { cause: { detail: 'here' } }))).toEqual([])
})

describe('a password', () => {
  test.each([
    ['a server that is not there', { connectionString: withPassword(REFUSED) }],
    ['a host that is not there', { connectionString: withPassword(NOWHERE) }],
    [
      'several hosts of which none is there',
      { connectionString: withPassword(REFUSED).replace('127.0.0.1:1', '127.0.0.1:1,127.0.0.1:2') },
    ],
    [
      'a socket that is not there',
      { connectionString: `${withPassword('postgres://x/shop')}?host=%2Fno%2Fsuch%2Ffolder` },
    ],
    ['a certificate authority that is not ours', { connectionString: `${withPassword(REFUSED)}?sslmode=verify-full` }],
  ])('is not told by operations on %s', async (_, options) => {
    const { errors, all } = await everythingToldBy(options)
    expect(errors.length).toBeGreaterThan(10)
    expect(secretsIn(all)).toEqual([])
  })

  test('is not told when the server refuses it, neither that of the sessions', async () => {
    const url = withPassword(database.connectionString, `nobody-${crypto.randomUUID()}`)
    const both = await everythingToldBy({ connectionString: url })
    expect(both.errors.length).toBeGreaterThan(10)
    expect(secretsIn(both.all)).toEqual([])
    const sessions = await everythingToldBy({
      connectionString: database.connectionString,
      sessionConnectionString: url,
    })
    expect(sessions.errors.length).toBeGreaterThan(0)
    expect(secretsIn(sessions.all)).toEqual([])
  })

  test('is not told when it comes from the environment, or with a pool', async () => {
    const { hostname, port } = new URL(database.connectionString)
    const variables = { PGHOST: hostname, PGPORT: port, PGUSER: 'nobody', PGPASSWORD: PASSWORD, PGDATABASE: 'd' }
    for (const [name, value] of Object.entries({ ...variables, DATABASE_URL: undefined })) vi.stubEnv(name, value)
    try {
      const { errors, all } = await everythingToldBy({})
      expect(errors.length).toBeGreaterThan(10)
      expect(secretsIn(all)).toEqual([])
      const pool = new pg.Pool()
      pool.on('error', () => {})
      expect(secretsIn((await everythingToldBy({ pool })).all)).toEqual([])
      await pool.end()
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('is not told when connections are lost', async () => {
    const role = await createTestRole('secret')
    roles.push(role)
    await runSql(database.connectionString, `ALTER ROLE "${role.name}" PASSWORD '${PASSWORD}' SUPERUSER`)
    const diagnostics: Diagnostic[] = []
    const told: unknown[] = diagnostics
    await using store = new EventStore({
      connectionString: withPassword(database.connectionString, role.name),
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    })
    const following = store.follow('$all')[Symbol.asyncIterator]().next()
    await store.append('kept', { type: 'T', data: 1 }, ANY)
    await following
    await runSql(
      database.connectionString,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`,
      [role.name],
    )
    await expect.poll(() => diagnostics.map(({ type }) => type)).toContain('connection-lost')
    await expect.poll(() => diagnostics.some((news) => 'connection' in news && news.connection === 'pool')).toBe(true)
    expect(secretsIn(told)).toEqual([])
  })

  const inMalformedUrls = fc
    .tuple(
      fc.constantFrom('postgres', 'postgresql', 'postgress', 'mysql', 'http', ''),
      fc.constantFrom('://', ':/', ':', ''),
      fc.constantFrom('ann', 'a b', '%zz', ''),
      fc.constantFrom(
        PASSWORD,
        encodeURIComponent(PASSWORD),
        PASSWORD.replaceAll('/', '%'),
        encodeURIComponent(PASSWORD).slice(0, -1),
      ),
      fc.constantFrom('@', '@@', ' @', '', '@[', '@:'),
      fc.constantFrom('host', 'host:port', 'host:99999', 'a,b:port', '[::1', '127.0.0.1:1'),
      fc.constantFrom(
        '/shop',
        '/%ff',
        '',
        '/shop?sslmode=verify-full&sslrootcert=/no/such/file',
        '/?target_session_attrs=x',
        '?sslmode=no',
      ),
    )
    .map(([scheme, colon, user, password, at, host, rest]) => `${scheme}${colon}${user}:${password}${at}${host}${rest}`)
    .filter((text) => /:\/\/|@/.test(text)) // else nothing tells it from any other text

  test('is not told of a URL that cannot be used, in whichever option or argument', async () => {
    const places: readonly ((url: string) => unknown)[] = [
      (connectionString) => new EventStore({ connectionString }),
      (sessionConnectionString) => new EventStore({ connectionString: REFUSED, sessionConnectionString }),
      ...['schema', 'payload', 'pool', 'events', 'serializer', 'poolSize', 'onDiagnostic', 'enableHardDeletes'].map(
        (option) => (url: string) => Reflect.construct(EventStore, [{ connectionString: REFUSED, [option]: url }]),
      ),
      (url) => Reflect.construct(EventStore, [url]),
      (url) => new EventStore({ connectionString: REFUSED }).withClient(Object(url)),
      ...Object.keys(migrations).flatMap((name) => [
        (url: string) => invoke(migrations, name, url),
        (url: string) => invoke(migrations, name, { connectionString: url, schema: '\u0000' }),
        (url: string) => invoke(migrations, name, { connectionString: [url] }),
      ]),
    ]
    await fc.assert(
      fc.asyncProperty(inMalformedUrls, fc.constantFrom(...places), async (url, place) => {
        try {
          const made = await place(url)
          if (made instanceof EventStore) await made.close()
        } catch (error) {
          expect(secretsIn(error)).toEqual([])
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe.each(['json', 'jsonb', 'bytea'] as const)('data of events, with payload %s,', (payload) => {
  let store: EventStore
  let schema: string

  beforeAll(async () => {
    const fresh = await freshStore(database.connectionString, { payload })
    schema = fresh.schema
    store = fresh
    await store.append('s', EVENT, ANY)
  })
  afterAll(() => store.close())

  test.each([
    [
      'a constraint',
      (table: string) => [
        `ALTER TABLE ${table} ADD CONSTRAINT never CHECK (false) NOT VALID`,
        `ALTER TABLE ${table} DROP CONSTRAINT never`,
      ],
    ],
    [
      'a missing column',
      (table: string) => [`ALTER TABLE ${table} RENAME data TO gone`, `ALTER TABLE ${table} RENAME gone TO data`],
    ],
  ])('are not told when %s refuses them', async (_, of) => {
    for (const table of ['events', 'snapshots'].map((name) => `${schema}.${name}`)) {
      const [change = '', undo = ''] = of(table)
      await runSql(database.connectionString, change)
      try {
        const { errors, all } = await everythingToldBy({ connectionString: database.connectionString, schema, payload })
        expect(errors.length).toBeGreaterThan(0)
        expect(secretsIn(all)).toEqual([])
        await withClient(database.connectionString, async (client) => {
          await client.query('BEGIN')
          const error = await store
            .withClient(client)
            .append('s', EVENT, ANY)
            .catch((cause: unknown) => cause)
          expect(secretsIn(error)).toEqual([])
          await client.query('ROLLBACK')
        })
      } finally {
        await runSql(database.connectionString, undo)
      }
    }
  })

  test('are not told when they cannot be stored, or be read', async () => {
    const contents = [
      `{"a": "${DATA.card}", "n": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      `{"a": "${DATA.card}", "n": 1e200000}`,
      `${DATA.card} is no JSON`,
      `"${DATA.card} \\u0000"`,
    ]
    for (const content of contents) {
      const serializer: Serializer = { serialize: () => content, deserialize: (text) => JSON.parse(`${text}!`) }
      await using odd = new EventStore({ connectionString: database.connectionString, schema, payload, serializer })
      const tasks = [
        () => odd.append('odd', EVENT, ANY),
        () => odd.append('odd', Array(content.length > 1_000 ? 2 : 260).fill(EVENT), ANY),
        () => odd.recordSnapshot({ sourceId: 'odd', sourceVersion: 1, sourceType: 'T', data: DATA }),
      ]
      for (const task of tasks) expect(secretsIn(await task().catch((error: unknown) => error))).toEqual([])
    }
  })

  test('are not told when the arguments are wrong', async () => {
    const text = JSON.stringify(DATA)
    const wrong: readonly (readonly [string, ...unknown[]])[] = [
      ['append', 's', text, ANY],
      ['append', 's', [EVENT, text], ANY],
      ['append', 's', { ...EVENT, metadata: text }, ANY],
      ['append', 's', { ...EVENT, metadata: [DATA] }, ANY],
      ['append', 's', { ...EVENT, id: 'no' }, ANY],
      ['append', 's', { ...EVENT, data: { ...DATA, big: 1n } }, ANY],
      ['append', 's', { ...EVENT, data: circular() }, ANY],
      ['append', 's', EVENT, { expectedVersion: 77 }],
      ['appendAll', [{ stream: 's', ...ANY, events: text }]],
      ['appendAll', text],
      ['link', 's', text, ANY],
      ['link', 's', [text], ANY],
      ['recordSnapshot', text],
      ['recordSnapshot', { sourceId: 's', sourceVersion: 1, sourceType: 'T', data: DATA, metadata: text }],
    ]
    for (const [method, ...args] of wrong) {
      try {
        await invoke(store, method, ...args)
        expect.fail(`${method} was expected to refuse its arguments`)
      } catch (error) {
        expect(secretsIn(error)).toEqual([])
      }
    }
  })
})

function circular(): object {
  const value: Record<string, unknown> = { ...DATA }
  value.self = value
  return value
}
