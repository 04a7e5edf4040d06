import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { readConnections } from '../../src/operations/doctor/connections.ts'
import { examine } from '../../src/operations/doctor/examine.ts'
import type { Finding } from '../../src/operations/doctor/finding.ts'
import { readLock } from '../../src/operations/doctor/lock.ts'
import { findStore, type Place, placeOf } from '../../src/operations/doctor/place.ts'
import { differencesOf, expectedFunctions, readObjects } from '../../src/operations/doctor/schema-objects.ts'
import { readBloat } from '../../src/operations/doctor/tables.ts'
import { readTransactions } from '../../src/operations/doctor/transactions.ts'
import { connectionSource } from '../../src/postgres/connection-source.ts'
import { Database } from '../../src/postgres/database.ts'
import { shadowsIn } from '../support/attacks-shadows.ts'
import { commandLine } from '../support/command-line.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents, range } from '../support/new-events.ts'
import { startTransactionPooler } from '../support/pooler.ts'
import { createTestRole, type TestRole } from '../support/roles.ts'
import { runSql, withClient } from '../support/run-sql.ts'

const CHECKS = [
  'server',
  'schema',
  'privileges',
  'sessions',
  'settings',
  'connections',
  'write lock',
  'transactions',
  'tables',
  'leftovers',
  'clock',
]

interface Told {
  readonly check: string
  readonly level: string
  readonly found: string
  readonly advice: string | null
}

// The databases of this file come and go before the roles do: roles that own something cannot be dropped.
const attackers: TestRole[] = []
afterAll(async () => {
  for (const attacker of attackers) await attacker.drop()
})

const database = useDatabase()

async function doctor(url: string, ...flags: readonly string[]) {
  const { exitCode, rows, stderr } = await commandLine(url, ['doctor', '--json', ...flags])
  expect(stderr).toBe('')
  const told = rows.map(toldBy)
  return { exitCode, rows, told, of: (check: string) => told.filter((finding) => finding.check === check) }
}

function toldBy({ check, level, found, advice }: Readonly<Record<string, unknown>>): Told {
  return {
    check: String(check),
    level: String(level),
    found: String(found),
    advice: advice === null ? null : String(advice),
  }
}

describe('the doctor', () => {
  test('looks at everything, one finding a line, and finds a store that works', async () => {
    const { exitCode, rows, told } = await doctor(database.connectionString)
    expect([...new Set(told.map(({ check }) => check))]).toEqual(CHECKS)
    for (const row of rows) expect(Object.keys(row)).toEqual(['check', 'level', 'found', 'advice'])
    for (const finding of told) {
      expect(['ok', 'advice', 'warning']).toContain(finding.level)
      expect(finding.found).toMatch(/^\S.*\.$/)
    }
    expect(exitCode).toBe(0)
  })

  test('tells people the same as sentences, with advice below, that fit their terminal', async () => {
    await runSql(database.connectionString, `CREATE SCHEMA eventstore_bench_left`)
    try {
      for (const columns of [120, 80, 40]) {
        const { stdout, stderr } = await commandLine(database.connectionString, ['doctor'], { columns })
        for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
        expect(stdout).toMatch(/^advice {3}leftovers/m)
        expect(stdout).toMatch(/^ +→ If none is running/m)
        expect(stderr).toContain('The store can work: ')
      }
    } finally {
      await runSql(database.connectionString, `DROP SCHEMA eventstore_bench_left`)
    }
  })

  test('tells in one line that there is no server, no database, or no way in, and keeps the password to itself', async () => {
    const role = new URL(database.connectionString)
    role.username = 'nobody-of-this-name'
    const none = new URL(database.connectionString)
    none.pathname = '/no_database_of_this_name'
    for (const [url, advice] of [
      ['postgres://app:s3cret@127.0.0.1:1/shop', 'this has to work first'],
      [none.href, 'eventstore setup'],
      [role.href, 'this has to work first'],
    ] as const) {
      const { exitCode, told } = await doctor(url)
      expect(told).toMatchObject([{ check: 'connection', level: 'failure', advice: expect.stringContaining(advice) }])
      expect(JSON.stringify(told)).not.toContain('s3cret')
      expect(exitCode).toBe(1)
    }
  })

  test('hears nothing through a pooler in transaction mode, and advises sessionConnectionString', async () => {
    await using pooler = await startTransactionPooler(database.connectionString)
    const { exitCode, of } = await doctor(pooler.url)
    expect(of('sessions')).toMatchObject([
      { level: 'warning', advice: expect.stringContaining('sessionConnectionString') },
    ])
    expect(of('schema')).toMatchObject([{ level: 'ok' }])
    expect(exitCode).toBe(0)
    const left = await runSql(database.connectionString, LOCKS_OF_SESSIONS)
    expect(left).toEqual([])
  })

  test('says of a check that takes too long that it does, and ends the others', async () => {
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE eventstore.subscriptions IN ACCESS EXCLUSIVE MODE')
      const options = { connectionString: database.connectionString, schema: 'eventstore', packageVersion: '0.0.0' }
      const findings: Finding[] = []
      for await (const finding of examine({ ...options, timeout: 3_000 })) findings.push(finding)
      expect([...new Set(findings.map(({ check }) => check))]).toEqual(CHECKS)
      expect(findings).toContainEqual({
        check: 'leftovers',
        level: 'unknown',
        found: 'Not looked at: canceling statement due to statement timeout.',
        advice: null,
      })
      await client.query('ROLLBACK')
    })
  })

  test('leaves no lock behind', async () => {
    expect((await doctor(database.connectionString)).of('sessions')).toMatchObject([{ level: 'ok' }])
    await eventually(async () => expect(await runSql(database.connectionString, LOCKS_OF_SESSIONS)).toEqual([]))
  })
})

const LOCKS_OF_SESSIONS = `
  SELECT l.pid FROM pg_locks l
  JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND d.datname = current_database()`

describe('a schema', () => {
  test('that is missing is a failure, and what needs it is not looked at', async () => {
    const { exitCode, told, of } = await doctor(database.connectionString, '--schema', 'none')
    expect(of('schema')).toMatchObject([
      { level: 'failure', advice: expect.stringContaining('eventstore setup --schema none') },
    ])
    const unknown = told.filter(({ level }) => level === 'unknown').map(({ check }) => check)
    expect(unknown).toEqual(['privileges', 'write lock', 'tables', 'leftovers'])
    expect(exitCode).toBe(1)
  })

  test('of a later version is a failure', async () => {
    await schemaWith('later', `INSERT INTO later.migrations (name) VALUES ('9999-later')`)
    const { exitCode, of } = await doctor(database.connectionString, '--schema', 'later')
    expect(of('schema')).toMatchObject([{ level: 'failure', found: expect.stringContaining('9999-later') }])
    expect(exitCode).toBe(1)
  })

  test.each([
    ['json', 'plain'],
    ['jsonb', 'My "odd" schema'],
    ['bytea', `it's $body$ \\ CREATE FUNCTION`],
  ] as const)('with payload %s and the name %s is as the migrations made it', async (payload, schema) => {
    await migrate({ connectionString: database.connectionString, schema, payload })
    await using place = await openPlace(schema)
    const functions = expectedFunctions(place.schema, payload)
    expect(functions.size).toBeGreaterThan(7)
    const found = await readObjects(place)
    expect(differencesOf(found, functions)).toEqual({ missing: [], changed: [], unprotected: [], foreign: [] })
    expect([...found.functions.keys()].toSorted()).toEqual([...functions.keys()].toSorted())
  })

  test.each([
    ['DROP FUNCTION changed.reserve', 'failure', 'lacks function reserve'],
    [
      'ALTER TABLE changed.events DROP CONSTRAINT events_event_id_key',
      'failure',
      'a unique index on events (event_id)',
    ],
    ['ALTER TABLE changed.snapshots DROP COLUMN metadata', 'failure', 'column snapshots.metadata'],
    [
      `CREATE OR REPLACE FUNCTION changed.lock_store() RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
      'warning',
      'function lock_store is not as',
    ],
    ['ALTER TABLE changed.links DISABLE TRIGGER protect', 'warning', 'on links'],
    ['DROP TRIGGER protect ON changed.events', 'warning', 'on events'],
    [
      `CREATE TRIGGER audit BEFORE INSERT ON changed.events FOR EACH STATEMENT EXECUTE FUNCTION changed.protect()`,
      'advice',
      'trigger audit on events',
    ],
  ])('after %s: %s', async (sql, level, found) => {
    await runSql(database.connectionString, 'DROP SCHEMA IF EXISTS changed CASCADE')
    await schemaWith('changed', sql)
    const { exitCode, of } = await doctor(database.connectionString, '--schema', 'changed')
    expect(of('schema')[1]).toMatchObject({ level, found: expect.stringContaining(found) })
    expect(exitCode).toBe(level === 'failure' ? 1 : 0)
  })
})

describe('a role', () => {
  const own = useDatabase()
  let role: TestRole

  beforeAll(async () => {
    role = await createTestRole('doctor')
  })
  afterAll(async () => {
    await runSql(own.connectionString, `DROP OWNED BY "${role.name}"`)
    await role.drop()
  })

  test('may do what the advice grants it, and no check but those that it may not look into fails', async () => {
    const url = role.urlOf(own.connectionString)
    const before = await doctor(url)
    expect(before.exitCode).toBe(1)
    expect(before.of('privileges')).toMatchObject([{ level: 'failure' }])
    expect(before.of('leftovers')).toMatchObject([
      { level: 'unknown', found: expect.stringContaining('permission denied') },
    ])
    expect(before.of('server')).toMatchObject([{ level: 'ok' }])

    await grant(own.connectionString, before.of('privileges')[0]?.advice)
    const reader = await doctor(url)
    expect(reader.of('privileges')).toMatchObject([{ level: 'advice' }])
    expect(reader.told.filter(({ level }) => level === 'unknown')).toEqual([])
    expect(reader.exitCode).toBe(0)

    await runSql(own.connectionString, `GRANT INSERT ON eventstore.events TO "${role.name}"`)
    const partial = await doctor(url)
    expect(partial.of('privileges')).toMatchObject([{ level: 'warning' }])
    await grant(own.connectionString, partial.of('privileges')[0]?.advice)
    expect((await doctor(url)).of('privileges')).toMatchObject([{ level: 'ok' }])
    await using store = new EventStore({ connectionString: url })
    await store.append('s', newEvents(1), { expectedVersion: 'any' })
  })
})

/** Runs what the advice says. */
async function grant(connectionString: string, advice: string | null | undefined): Promise<void> {
  expect(advice).toMatch(/^As the owner: GRANT .*\.$/)
  for (const statement of (advice ?? '').slice('As the owner: '.length, -1).split('; ')) {
    await runSql(connectionString, statement)
  }
}

describe('settings', () => {
  const own = useDatabase()

  test('of the database or the role count, and what the doctor sets for itself does not', async () => {
    const name = new URL(own.connectionString).pathname.slice(1)
    const set = {
      synchronous_commit: 'off',
      statement_timeout: '5s',
      lock_timeout: '900ms',
      default_transaction_isolation: 'serializable',
    }
    for (const [setting, value] of Object.entries(set)) {
      await runSql(own.connectionString, `ALTER DATABASE "${name}" SET ${setting} = '${value}'`)
    }
    const { exitCode, of } = await doctor(own.connectionString)
    for (const sentence of [
      'synchronous_commit is off',
      'statement_timeout is 5 s',
      'lock_timeout is 900 ms',
      'default_transaction_isolation is serializable',
    ]) {
      expect(of('settings').map(({ found }) => found)).toContainEqual(expect.stringContaining(sentence))
    }
    expect(exitCode).toBe(0)
  })

  test('that let nobody write are a failure', async () => {
    const url = new URL(own.connectionString)
    url.searchParams.set('options', '-c default_transaction_read_only=on')
    const { exitCode, of } = await doctor(url.href)
    expect(of('server')).toMatchObject([{ level: 'ok' }, { level: 'failure' }])
    expect(exitCode).toBe(1)
  })
})

describe('somebody who may create things in a schema on the search_path', () => {
  const attacked = useDatabase()

  test('gets nothing of his run by the doctor', async () => {
    const attacker = await createTestRole('doctors_attacker')
    attackers.push(attacker)
    await runSql(attacked.connectionString, 'GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC')
    await runSql(attacker.urlOf(attacked.connectionString), shadowsIn('public'))
    await expect(runSql(attacked.connectionString, 'SELECT 1::oid = 1::int')).rejects.toThrow('trapped')
    const sprung = () => runSql(attacked.connectionString, 'SELECT last_value::text FROM public.sprung')
    const before = await sprung()
    const { told } = await doctor(attacked.connectionString)
    expect(told.filter(({ level }) => level === 'unknown' || level === 'failure')).toEqual([])
    expect(await sprung()).toEqual(before)
  })
})

describe('what goes on', () => {
  test('is seen: who holds the write lock, since when, and how many wait', async () => {
    await using place = await openPlace('eventstore')
    const store = await findStore(place)
    if (!store) throw new Error('Expected to find the tables of the store')
    expect(await readLock(place, store)).toEqual({ holder: null, waiting: 0 })
    await withClient(database.connectionString, async (holder) => {
      await holder.query('BEGIN; SELECT eventstore.lock_store()')
      await withClient(database.connectionString, async (other) => {
        const waiting = other.query('BEGIN; SELECT eventstore.lock_store()')
        await eventually(async () =>
          expect(await readLock(place, store)).toMatchObject({
            holder: {
              application: 'eventstore tests',
              state: 'idle in transaction',
              transactionAge: expect.any(Number),
            },
            waiting: 1,
          }),
        )
        await eventually(
          async () =>
            expect((await doctor(database.connectionString)).of('write lock')).toMatchObject([
              {
                level: 'advice',
                found: expect.stringMatching(/holds the write lock in a transaction of \d s, idle; 1 session waits/),
              },
            ]),
          { within: 9_000 },
        )
        await holder.query('ROLLBACK')
        await waiting
        await other.query('ROLLBACK')
      })
    })
  })

  test('is seen: the transaction that has been open for longest', async () => {
    await using place = await openPlace('eventstore')
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      expect((await readTransactions(place)).oldest).toMatchObject({
        pid: rows[0]?.pid,
        state: 'idle in transaction',
        age: expect.any(Number),
      })
      await client.query('ROLLBACK')
    })
    expect((await readTransactions(place)).oldest).toBeNull()
  })

  test('is seen: connections, and limits of the role and the database', async () => {
    await using place = await openPlace('eventstore')
    const before = await readConnections(place)
    expect(before).toMatchObject({ used: expect.any(Number), database: null })
    await withClient(database.connectionString, async (client) => {
      expect((await readConnections(place)).used).toBeGreaterThanOrEqual(2)
      const name = new URL(database.connectionString).pathname.slice(1)
      await client.query(`ALTER DATABASE "${name}" CONNECTION LIMIT 50`)
      expect((await readConnections(place)).database).toMatchObject({ most: 50, used: expect.any(Number) })
      await client.query(`ALTER DATABASE "${name}" CONNECTION LIMIT -1`)
    })
  })

  test('is seen: dead rows, and what autovacuum leaves alone', async () => {
    await schemaWith('bloated', 'ALTER TABLE bloated.snapshots SET (autovacuum_enabled = false)')
    const store = new EventStore({ connectionString: database.connectionString, schema: 'bloated' })
    const snapshot = { sourceId: 's', sourceType: 'S', data: 1 }
    for (const sourceVersion of range(1, 20)) await store.recordSnapshot({ ...snapshot, sourceVersion })
    await store.close() // what a session has done is counted when it ends
    await using place = await openPlace('bloated')
    await eventually(
      async () => {
        const { tables } = await readBloat(place)
        expect(tables.find(({ name }) => name === 'snapshots')).toMatchObject({ dead: 19, live: 1, autovacuum: false })
        expect(tables.filter(({ autovacuum }) => !autovacuum)).toHaveLength(1)
      },
      { within: 15_000 },
    )
    await runSql(database.connectionString, 'VACUUM ANALYZE bloated.snapshots')
    await eventually(async () => {
      const { tables } = await readBloat(place)
      expect(tables.find(({ name }) => name === 'snapshots')).toMatchObject({ dead: 0, analyzed: true })
    })
  })
})

describe('what is left', () => {
  test('is seen: unfinished hard deletes, subscriptions that are ahead or far behind', async () => {
    await migrate({ connectionString: database.connectionString, schema: 'left' })
    await using store = new EventStore({ connectionString: database.connectionString, schema: 'left' })
    await store.append('gone', newEvents(1), { expectedVersion: 0 })
    await store.append('s', newEvents(12_000), { expectedVersion: 0 })
    const statements = [
      `UPDATE "left".streams SET stream_name = NULL WHERE stream_name = 'gone'`,
      `INSERT INTO "left".subscriptions (stream_name, subscription_name, checkpoint, updated_at) VALUES
         ('s', 'ahead', 12001, now()), ('s', 'quiet', 100, now() - interval '3 days'), ('s', 'recent', 100, now()),
         ('s', 'near', 11000, now() - interval '3 days'), ('none', 'ahead-of-nothing', 1, now())`,
    ]
    for (const statement of statements) await runSql(database.connectionString, statement)
    const { of } = await doctor(database.connectionString, '--schema', 'left')
    expect(of('leftovers').map(({ level, found }) => [level, found])).toEqual([
      ['advice', '1 stream that was hard deleted still has events to be removed.'],
      [
        'warning',
        expect.stringMatching(/^Subscription ahead-of-nothing to none stands at 1, and the stream ends at 0/),
      ],
      ['warning', expect.stringMatching(/^Subscription ahead to s stands at 12,001, and the stream ends at 12,000/)],
      ['advice', 'Subscription quiet to s is 11,900 events behind, and nobody has held it for 3 d.'],
    ])

    await using subscription = store.subscribe('s', 'recent')
    subscription.connect()
    await subscription.acquired()
    const held = (await doctor(database.connectionString, '--schema', 'left')).of('leftovers')
    expect(held.map(({ found }) => found)).toContain(
      'Subscription recent to s is 11,900 events behind, and a process holds it.',
    )
  })
})

describe('an empty database', () => {
  const empty = useDatabase(emptyTestDatabase)

  test('has no store, and everything else is looked at', async () => {
    const { exitCode, stdout } = await commandLine(empty.connectionString, ['doctor'])
    expect(stdout).toMatch(/^failure {2}schema {8}Schema eventstore holds no event store\.$/m)
    expect(stdout).toMatch(/^ok {7}sessions/m)
    expect(exitCode).toBe(1)
  })
})

async function schemaWith(schema: string, sql: string): Promise<void> {
  await migrate({ connectionString: database.connectionString, schema })
  await runSql(database.connectionString, sql)
}

/** What the checks look at, with a connection of its own. */
async function openPlace(schema: string): Promise<Place & AsyncDisposable> {
  const { connectionString } = database
  const pool = new Database(connectionSource({ connectionString, poolSize: 1 }, () => {}))
  return { ...placeOf(pool, schema, '0.0.0', 10_000), [Symbol.asyncDispose]: () => pool.close() }
}
