import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { parseConnectionString, splitDatabase } from '../../../src/postgres/connection-options.ts'

const SECRET = 'hunter2'

describe('parseConnectionString', () => {
  test('leaves everything to the environment when there is no URL', () => {
    expect(parseConnectionString(undefined)).toEqual({ hosts: [{}], sessionAttributes: 'any' })
  })

  test.each(['postgres', 'postgresql'])('reads a %s:// URL', (scheme) => {
    expect(partsOf(`${scheme}://ann:${SECRET}@db.example:6543/shop`)).toEqual([
      { host: 'db.example', port: 6543, user: 'ann', password: SECRET, database: 'shop' },
    ])
  })

  test('makes an entry of each host, with a port of its own', () => {
    expect(partsOf(`postgres://ann:${SECRET}@a,b:6543,[::1]:7654/shop`)).toEqual([
      { host: 'a', port: 5432, user: 'ann', password: SECRET, database: 'shop' },
      { host: 'b', port: 6543, user: 'ann', password: SECRET, database: 'shop' },
      { host: '::1', port: 7654, user: 'ann', password: SECRET, database: 'shop' },
    ])
  })

  test.each(['any', 'read-write', 'read-only', 'primary', 'standby'] as const)(
    'reads that hosts must be %s',
    (wanted) => {
      const url = `postgres://a,b/shop?application_name=x&target_session_attrs=${wanted}`
      expect(parseConnectionString(url).sessionAttributes).toBe(wanted)
    },
  )

  test('refuses another kind of hosts, and names those there are', () => {
    expect(() => parseConnectionString(`postgres://ann:${SECRET}@a/shop?target_session_attrs=master`)).toThrow(
      new TypeError('target_session_attrs must be one of any, read-write, read-only, primary, standby, found "master"'),
    )
  })

  test.each([
    ['encoded', 'p%40s%2Fs%23w%3Ard%25', 'p@s/s#w:rd%'],
    ['with an @ as it is', 'p@ssword', 'p@ssword'],
    ['with a colon as it is', 'pass:word', 'pass:word'],
    ['with a space as it is', 'pass word', 'pass word'],
    ['with a per cent sign as it is', '100%pure', '100%pure'],
  ])('reads a password %s', (_, written, meant) => {
    expect(partsOf(`postgres://ann:${written}@a:6543/shop`)).toMatchObject([{ host: 'a', password: meant }])
  })

  test.each([
    ['disable', false],
    ['prefer', {}],
    ['require', {}],
    ['verify-ca', {}],
    ['verify-full', {}],
  ])('sslmode=%s means what the driver makes of it today', (mode, ssl) => {
    const [host] = parseConnectionString(`postgres://a/shop?sslmode=${mode}&application_name=x`).hosts
    expect(new pg.Client(host).ssl).toEqual(ssl)
  })

  test('uselibpqcompat=true leaves sslmode to mean what libpq makes of it', () => {
    const [host] = parseConnectionString('postgres://a/shop?uselibpqcompat=true&sslmode=require').hosts
    expect(new pg.Client(host).ssl).toEqual({ rejectUnauthorized: false })
  })

  test('warns of nothing', async () => {
    const warnings: unknown[] = []
    const listen = (warning: unknown) => warnings.push(warning)
    process.on('warning', listen)
    for (const mode of ['prefer', 'require', 'verify-ca', 'verify-full'])
      new pg.Client(parseConnectionString(`postgres://a/shop?sslmode=${mode}`).hosts[0])
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })

  test.each([
    ['another scheme', `mysql://ann:${SECRET}@a/shop`],
    ['no scheme', `ann:${SECRET}@a/shop`],
    ['keywords', `host=a password=${SECRET}`],
    ['an empty one', ''],
    ['a line break before it', `\npostgres://ann:${SECRET}@a/shop`],
    ['a port that is too large', `postgres://ann:${SECRET}@a:99999/shop`],
    ['a port that is no number', `postgres://ann:${SECRET}@a:port/shop`],
    ['a second host that cannot be', `postgres://ann:${SECRET}@a,b:port/shop`],
    ['a # in the password', `postgres://ann:x#${SECRET}@a/shop`],
    ['an @ and a # in the password', `postgres://ann:x@${SECRET}/x#x`],
    ['a / in the password', `postgres://ann:x/${SECRET}@a/shop`],
    ['a ? in the password', `postgres://ann:x?${SECRET}@a/shop`],
    ['a database that is no UTF-8', `postgres://ann:${SECRET}@a/%ff`],
    [
      'a certificate that is not there',
      `postgres://ann:${SECRET}@a/shop?sslmode=verify-full&sslrootcert=/no/such/file`,
    ],
  ])('refuses %s, and does not repeat the password', (_, url) => {
    const error = errorOf(() => parseConnectionString(url))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^connectionString (must be a URL like postgres:|cannot be used: .+ Encode special)/)
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toContain(SECRET)
  })

  test.each([[null], [1], [{}], [['postgres://a']], [new URL('postgres://a')]])(
    'refuses %o, which is no text',
    (value) => {
      expect(() => Reflect.apply(parseConnectionString, undefined, [value])).toThrow(
        new TypeError('connectionString must be a URL like postgres://user:password@host:5432/database'),
      )
    },
  )
})

describe('splitDatabase', () => {
  test('finds the name of the database, and names another in its place', () => {
    const { name, urlOf } = splitDatabase(`postgres://ann:${SECRET}@a:1,b:2/sh%C3%B6p?sslmode=disable&x=1`)
    expect(name).toBe('shöp')
    expect(urlOf('postgres')).toBe(`postgres://ann:${SECRET}@a:1,b:2/postgres?sslmode=disable&x=1`)
  })

  test('without a path, the database is named after the user', () => {
    expect(splitDatabase('postgres://ann@a').name).toBe(process.env.PGDATABASE ?? 'ann')
    expect(splitDatabase('postgres://ann@a').urlOf('shop')).toBe('postgres://ann@a/shop')
  })

  test('the URL of another database is for that database, whatever its name', () => {
    for (const name of ['postgres', 'my shop', 'shöp', 'a"b', 'x%y'])
      expect(splitDatabase(splitDatabase('postgres://ann@a/shop').urlOf(name)).name).toBe(name)
  })
})

function partsOf(url: string): unknown[] {
  return parseConnectionString(url).hosts.map((config) => {
    const { host, port, user, password, database } = new pg.Client(config)
    return { host, port, user, password, database }
  })
}

function errorOf(task: () => unknown): Error {
  try {
    task()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('Expected it to throw an error')
}
