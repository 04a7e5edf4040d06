import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/cli/failure.ts'
import { fromEnvironment, fromFlags, resolveSettings, type SettingsSource } from '../../../src/cli/settings.ts'

const file: SettingsSource = {
  values: { url: 'postgres://file/shop', schema: 'from_file', payload: 'bytea' },
  nameOf: (setting) => `${setting} in eventstore.config.ts`,
}
const environment = fromEnvironment({
  DATABASE_URL: 'postgres://environment/shop',
  EVENTSTORE_SCHEMA: 'from_environment',
  EVENTSTORE_PAYLOAD: 'jsonb',
})
const flags = fromFlags({ url: 'postgres://flag/shop', schema: 'from_flag', payload: 'json' })

describe('precedence', () => {
  test('a flag counts more than the environment, and that more than the config file', () => {
    expect(resolveSettings([flags, environment, file])).toEqual({
      server: { url: 'postgres://flag/shop' },
      schema: 'from_flag',
      payload: 'json',
    })
    expect(resolveSettings([fromFlags({}), environment, file])).toEqual({
      server: { url: 'postgres://environment/shop' },
      schema: 'from_environment',
      payload: 'jsonb',
    })
    expect(resolveSettings([fromFlags({}), fromEnvironment({}), file])).toEqual({
      server: { url: 'postgres://file/shop' },
      schema: 'from_file',
      payload: 'bytea',
    })
  })

  test('each setting is taken from the first source that has it', () => {
    expect(
      resolveSettings([fromFlags({ payload: 'json' }), fromEnvironment({ EVENTSTORE_SCHEMA: 'e' }), file]),
    ).toEqual({
      server: { url: 'postgres://file/shop' },
      schema: 'e',
      payload: 'json',
    })
  })

  test('schema and payload have defaults', () => {
    expect(resolveSettings([fromFlags({ url: 'postgres://flag/shop' })])).toEqual({
      server: { url: 'postgres://flag/shop' },
      schema: 'eventstore',
      payload: 'json',
    })
  })

  test('an empty environment variable counts as none', () => {
    const empty = fromEnvironment({ DATABASE_URL: '', EVENTSTORE_SCHEMA: '', EVENTSTORE_PAYLOAD: '' })
    expect(resolveSettings([empty, file]).schema).toBe('from_file')
  })
})

describe('the server', () => {
  test('an embedded folder and a URL override each other like any setting', () => {
    expect(resolveSettings([fromFlags({ embedded: './data' }), environment]).server).toEqual({ embedded: './data' })
    const folder = fromEnvironment({ EVENTSTORE_EMBEDDED: './data' })
    expect(resolveSettings([flags, folder]).server).toEqual({ url: 'postgres://flag/shop' })
  })

  test('one source cannot name both', () => {
    const both = fromEnvironment({ DATABASE_URL: 'postgres://environment/shop', EVENTSTORE_EMBEDDED: './data' })
    expect(() => resolveSettings([both])).toThrow('DATABASE_URL and EVENTSTORE_EMBEDDED name a server each')
    expect(resolveSettings([flags, both]).server).toEqual({ url: 'postgres://flag/shop' })
  })

  test('without one the ways to name it are listed', () => {
    expect(() => resolveSettings([fromFlags({}), fromEnvironment({})])).toThrow(UsageError)
    expect(() => resolveSettings([])).toThrow(/--url.*DATABASE_URL.*eventstore\.config\.ts.*--embedded/)
  })
})

describe('what cannot be used', () => {
  test('is reported with the place that it comes from', () => {
    const bad = { url: 'postgres://flag/shop', payload: 'xml' }
    expect(() => resolveSettings([fromFlags(bad)])).toThrow(/^--payload cannot be used: payload must be .* found "xml"/)
    expect(() => resolveSettings([flags, { ...file, values: { url: 'mysql://file/shop' } }])).not.toThrow()
    expect(() => resolveSettings([{ ...file, values: { url: 'mysql://file/shop' } }])).toThrow(
      /^url in eventstore.config.ts cannot be used/,
    )
    expect(() => resolveSettings([fromEnvironment({ ...bad, EVENTSTORE_SCHEMA: 'pg_own' })])).toThrow(
      /^EVENTSTORE_SCHEMA cannot be used/,
    )
    expect(() => resolveSettings([fromFlags({ embedded: '' })])).toThrow(/^--embedded cannot be used/)
    expect(() => resolveSettings([fromFlags({ url: '' })])).toThrow(/^--url cannot be used/)
  })

  test.each([
    'mysql://user:s3cret@host/shop',
    'user:s3cret@host/shop',
    'postgres://user:s3cret/@host/shop',
    'postgres://user:12/s3cret@host/shop',
    'postgres://user:12?s3cret@host/shop',
    'postgres://user:12#s3cret@host/shop',
    'postgres://user:12@host/s3cret@host/shop',
    'postgres://user:s3cret@host:port/shop',
    'postgres://user:s3cret@host/a%0Ab',
  ])('is reported without the text of a URL: %s', (url) => {
    expect(() => resolveSettings([fromFlags({ url })])).toThrow(UsageError)
    expect(() => resolveSettings([fromFlags({ url })])).not.toThrow(/s3cret/)
  })
})
