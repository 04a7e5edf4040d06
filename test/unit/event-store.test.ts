import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { EventStore } from '../../src/index.ts'
import * as migrations from '../../src/migrations/index.ts'
import { errorOf, invoke } from '../support/invoke.ts'

const URL_OF_NOWHERE = 'postgres://nobody:hunter2@host.invalid/shop'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the options of an EventStore', () => {
  test.each<readonly [string, unknown]>([
    ['none', undefined],
    ['an empty object', {}],
    ['a URL', { connectionString: URL_OF_NOWHERE }],
    ['everything else', { schema: 'shop', payload: 'bytea', poolSize: 1, enableHardDeletes: true, events: {} }],
    ['undefined for each', { connectionString: undefined, schema: undefined, poolSize: undefined, events: undefined }],
    ['a serializer and a listener', { serializer: { serialize: String, deserialize: String }, onDiagnostic: () => {} }],
  ])('may be %s, and connect to nothing yet', async (_, options) => {
    const store = construct(options)
    await store.close()
    expect(store).toBeInstanceOf(EventStore)
  })

  test.each<readonly [string, unknown, typeof TypeError | typeof RangeError, string]>([
    ['text', 'postgres://a', TypeError, 'Options of EventStore must be an object, found a string'],
    ['null', null, TypeError, 'Options of EventStore must be an object, found null'],
    ['an array', [], TypeError, 'Options of EventStore must be an object, found an array'],
    [
      'a misspelt one',
      { shema: 'a' },
      TypeError,
      "EventStore has no option 'shema'. Its options are connectionString,",
    ],
    [
      'a connectionString of null',
      { connectionString: null },
      TypeError,
      'connectionString must be a URL like postgres:',
    ],
    [
      'a connectionString of another kind',
      { connectionString: 'mysql://a' },
      TypeError,
      'connectionString must be a URL',
    ],
    ['a poolSize of 0', { poolSize: 0 }, RangeError, 'poolSize must be an integer of at least 1, found 0'],
    ['a poolSize of null', { poolSize: null }, TypeError, 'poolSize must be an integer, found null'],
    ['a poolSize that is text', { poolSize: '10' }, TypeError, 'poolSize must be an integer, found "10"'],
    ['an infinite poolSize', { poolSize: Number.POSITIVE_INFINITY }, RangeError, 'poolSize must be an integer'],
    ['an empty schema', { schema: '' }, RangeError, 'schema must be a name of 1 to 63 bytes, found 0 bytes'],
    ['a schema that is too long', { schema: 'é'.repeat(32) }, RangeError, 'found 64 bytes'],
    ["a schema of PostgreSQL's own", { schema: 'pg_catalog' }, RangeError, "must not be one of PostgreSQL's own"],
    ['a schema that is a number', { schema: 1 }, TypeError, 'schema must be a string, found 1'],
    ['another payload', { payload: 'xml' }, RangeError, "payload must be 'json' or 'jsonb' or 'bytea', found \"xml\""],
    [
      'a serializer of null',
      { serializer: null },
      TypeError,
      'serializer.serialize must be a function, found undefined',
    ],
    [
      'half a serializer',
      { serializer: { serialize: String } },
      TypeError,
      'serializer.deserialize must be a function',
    ],
    [
      'event schemas of null',
      { events: null },
      TypeError,
      'events must map event types to Standard Schemas, found null',
    ],
    ['event schemas in an array', { events: [] }, TypeError, 'events must map event types to Standard Schemas'],
    ['an event schema that is none', { events: { A: {} } }, TypeError, 'events.A must be a Standard Schema (of zod,'],
    ['an event schema of null', { events: { A: null } }, TypeError, 'events.A must be a Standard Schema'],
    [
      'enableHardDeletes that is text',
      { enableHardDeletes: 'no' },
      TypeError,
      'enableHardDeletes must be true or false',
    ],
    ['onDiagnostic of null', { onDiagnostic: null }, TypeError, 'onDiagnostic must be a function, found null'],
    ['a pool that is none', { pool: {} }, TypeError, 'pool must be a pg.Pool, found an object'],
    ['a pool of null', { pool: null }, TypeError, 'pool must be a pg.Pool, found null'],
    ['a folder of no name', { embedded: '' }, TypeError, 'embedded must be the path of a folder, found ""'],
    ['a folder of null', { embedded: null }, TypeError, 'embedded must be the path of a folder, found null'],
    ['two servers', { embedded: 'a', connectionString: 'postgres://a' }, TypeError, 'embedded brings its own server'],
  ])('must not be %s', (_, options, errorClass, message) => {
    expect(() => construct(options)).toThrow(errorClass)
    expect(() => construct(options)).toThrow(message)
  })

  test('anything else works or is refused at once, with a sentence', () => {
    vi.stubEnv('DATABASE_URL', undefined)
    const options = recordOf(
      ['connectionString', 'pool', 'poolSize', 'schema', 'payload', 'serializer', 'events'],
      ['enableHardDeletes', 'onDiagnostic', 'embedded'],
    )
    fc.assert(
      fc.property(fc.oneof(options, fc.anything()), (value) => {
        try {
          construct(value)
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
          expect(String(error)).not.toMatch(/Cannot (read|destructure|convert)|is not (a function|iterable|defined)/)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('DATABASE_URL is read when no URL is given, and must be one', () => {
    vi.stubEnv('DATABASE_URL', 'mysql://ann:hunter2@a')
    expect(() => new EventStore()).toThrow('connectionString must be a URL like postgres://user:password@host:5432')
    expect(() => new EventStore()).not.toThrow('hunter2')
  })
})

describe('withClient', () => {
  test('refuses what has no query method', () => {
    const store = new EventStore({ connectionString: URL_OF_NOWHERE })
    for (const client of [undefined, null, {}, 'client', { query: 'SELECT' }, 1])
      expect(() => invoke(store, 'withClient', client)).toThrow(TypeError)
    expect(() => invoke(store, 'withClient', null)).toThrow(
      new TypeError('withClient needs a client with a query method, found null'),
    )
  })

  test('refuses a client that does not answer with rows', async () => {
    const store = new EventStore({ connectionString: URL_OF_NOWHERE })
    for (const answer of [undefined, null, 1, 'rows', {}, { rows: null }, { rows: 'none' }, []]) {
      const operations = invoke(store, 'withClient', { query: async () => answer })
      const error = await errorOf(() => invoke(Object(operations), 'getStream', 'order-1'))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toContain('withClient needs a client whose query resolves to { rows: [...] }, found')
    }
  })
})

describe.each(['createDatabase', 'dropDatabase', 'dropSchema', 'migrate', 'listMigrations'])('%s', (name) => {
  const call = (options: unknown) => invoke(migrations, name, options)

  test.each<readonly [string, unknown, string]>([
    ['nothing', undefined, `${name} needs a connectionString like postgres://user:password@host:5432/database, found`],
    ['null', null, `Options of ${name} must be an object, found null`],
    ['text', 'postgres://a', `Options of ${name} must be an object, found a string`],
    [
      'no URL',
      {},
      `${name} needs a connectionString like postgres://user:password@host:5432/database, found undefined`,
    ],
    ['another URL', { connectionString: 'mysql://a' }, 'connectionString must be a URL like postgres://'],
    ['a misspelt option', { connectionString: URL_OF_NOWHERE, shema: 'a' }, `${name} has no option 'shema'.`],
  ])('rejects %s, whatever the environment says', async (_, options, message) => {
    vi.stubEnv('DATABASE_URL', URL_OF_NOWHERE)
    const error = await errorOf(() => call(options))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(message)
  })

  test('rejects when there is no such server, and does not repeat the password', async () => {
    const error = await errorOf(() => call({ connectionString: 'postgres://ann:hunter2@127.0.0.1:1/shop' }))
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'CONNECTION' })
    expect(error.message).toContain('Check that the server runs and that the address is right.')
    expect(error.message).not.toContain('hunter2')
  })
})

test.each(['dropSchema', 'migrate', 'listMigrations'])('%s rejects a schema that cannot be', async (name) => {
  const call = (schema: unknown) =>
    errorOf(() => invoke(migrations, name, { connectionString: URL_OF_NOWHERE, schema }))
  expect(await call('')).toEqual(new RangeError('schema must be a name of 1 to 63 bytes, found 0 bytes'))
  expect(await call('pg_toast')).toBeInstanceOf(RangeError)
  expect(await call(1)).toEqual(new TypeError('schema must be a string, found 1'))
})

function construct(options: unknown): EventStore {
  return Reflect.construct(EventStore, options === undefined ? [] : [options])
}

function recordOf(...keys: readonly string[][]): fc.Arbitrary<object> {
  const values = Object.fromEntries(keys.flat().map((key) => [key, fc.anything({ withNullPrototype: true })]))
  return fc.record(values, { requiredKeys: [] })
}
