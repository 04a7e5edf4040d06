import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { databaseOf, serverOf } from '../../../src/cli/server-address.ts'

beforeEach(() => {
  for (const name of ['PGHOST', 'PGPORT', 'PGDATABASE', 'PGUSER']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a URL is told by its host, port and database, never by its user and password', () => {
  test.each([
    ['postgres://user:s3cret@db.example:6000/shop?sslmode=disable', 'db.example:6000', 'shop'],
    ['postgresql://db.example/my%20shop', 'db.example:5432', 'my shop'],
    ['postgres://user:p%40%2Fss@db/shop', 'db:5432', 'shop'],
    ['postgres://user:p@ss@db/shop', 'db:5432', 'shop'],
    ['postgres://user:s3cret@a:1,b:2,c/shop?target_session_attrs=primary', 'a:1,b:2,c:5432', 'shop'],
    ['postgres://user@[::1]:6000/shop', '[::1]:6000', 'shop'],
    ['postgres://user@%2Fvar%2Frun%2Fpostgresql/shop', '/var/run/postgresql:5432', 'shop'],
    ['postgres:///shop?host=/tmp&port=6000&password=s3cret', '/tmp:6000', 'shop'],
    ['postgres:///shop', 'localhost:5432', 'shop'],
    ['postgres://someone@db', 'db:5432', 'someone'],
  ])('%s', (url, server, database) => {
    expect([serverOf(url), databaseOf(url)]).toEqual([server, database])
  })
})

test('what a URL leaves out comes from the PG* variables', () => {
  vi.stubEnv('PGHOST', 'db.example')
  vi.stubEnv('PGPORT', '6000')
  vi.stubEnv('PGDATABASE', 'orders')
  expect(serverOf('postgres://')).toBe('db.example:6000')
  expect(databaseOf('postgres://')).toBe('orders')
})
