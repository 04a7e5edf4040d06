import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSchemaSettings, qualified } from '../../../src/migrations/schema.ts'

describe('checkSchemaSettings', () => {
  test('fills in the defaults', () => {
    expect(checkSchemaSettings({})).toEqual({ schema: 'eventstore', payload: 'json' })
  })

  test.each([
    'public',
    'Shop',
    'my "shop"',
    ' ',
    '$body$',
    '\\',
    '?',
    '$1',
    "it's",
    'PG_shop',
    'x'.repeat(63),
    'é'.repeat(31),
  ])('takes the schema %j', (schema) => {
    expect(checkSchemaSettings({ schema, payload: 'jsonb' })).toEqual({ schema, payload: 'jsonb' })
  })

  test.each([
    ['', 'schema must be a name of 1 to 63 bytes, found 0 bytes'],
    ['x'.repeat(64), 'schema must be a name of 1 to 63 bytes, found 64 bytes'],
    ['é'.repeat(32), 'schema must be a name of 1 to 63 bytes, found 64 bytes'],
    ['a\u0000b', 'schema must not contain control characters, found "a\\u0000b"'],
    ['a\nb', 'schema must not contain control characters, found "a\\nb"'],
    ['\ud800', 'schema must not contain control characters, found "\\ud800"'],
    ['pg_shop', 'schema must not be one of PostgreSQL\'s own, found "pg_shop"'],
    ['information_schema', 'schema must not be one of PostgreSQL\'s own, found "information_schema"'],
  ])('refuses the schema %j as out of range', (schema, message) => {
    expect(() => checkSchemaSettings({ schema })).toThrow(new RangeError(message))
  })

  test('refuses a schema that is no text, and payloads that there are not', () => {
    expect(() => checkSchemaSettings({ schema: null })).toThrow(new TypeError('schema must be a string, found null'))
    expect(() => checkSchemaSettings({ payload: 'text' })).toThrow(
      new RangeError("payload must be 'json' or 'jsonb' or 'bytea', found \"text\""),
    )
    expect(() => checkSchemaSettings({ payload: null })).toThrow(TypeError)
  })

  test('takes anything or throws TypeError or RangeError', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (schema, payload) => {
        try {
          expect(checkSchemaSettings({ schema, payload })).toBeTypeOf('object')
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
        }
      }),
    )
  })
})

test('names are quoted, and quotes in them doubled', () => {
  expect(qualified('my "shop"', 'events')).toBe('"my ""shop"""."events"')
})
