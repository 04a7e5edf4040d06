import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConnectionError, DatabaseError, InvalidEventError } from '../../../src/errors.ts'
import {
  constraintOf,
  isContentRefused,
  isNameTaken,
  sqlStateOf,
  translateError,
} from '../../../src/postgres/sqlstate.ts'

describe('sqlStateOf', () => {
  test.each([
    ["the driver's own", { code: '23505' }, '23505'],
    ['a class with letters', { code: '40P01' }, '40P01'],
    ['a custom one of a function', { code: 'P0001' }, 'P0001'],
    ['one in the cause, as of Drizzle', { cause: { code: '23505' } }, '23505'],
    ['one in the original, as of Sequelize', { original: { code: '23505' } }, '23505'],
    ['one in the meta, as of Prisma', { code: 'P2010', meta: { code: '23505' } }, '23505'],
    ['one several causes down', { cause: { cause: { original: { code: '57014' } } } }, '57014'],
    ['the first of several', { code: '22P02', cause: { code: '23505' } }, '22P02'],
    ['one below a code of another kind', { code: 'ERR_QUERY', cause: { code: '23505' } }, '23505'],
  ])('finds %s', (_, error, expected) => {
    expect(sqlStateOf(error)).toBe(expected)
  })

  test.each([
    ['a broken pipe', { code: 'EPIPE' }],
    ['another system error of five letters', { code: 'EPERM' }],
    ['a refused connection', { code: 'ECONNREFUSED' }],
    ["Prisma's own", { code: 'P2010' }],
    ['a number', { code: 23505 }],
    ['small letters', { code: '22p02' }],
    ['four characters', { code: '2350' }],
    ['six characters', { code: '235051' }],
    ['nothing', undefined],
    ['null', null],
    ['text', '23505'],
    ['an error without a code', new Error('failed')],
  ])('finds none in %s', (_, error) => {
    expect(sqlStateOf(error)).toBeUndefined()
  })

  test('ends when causes go round in a circle', () => {
    const error: { cause?: unknown } = {}
    error.cause = error
    expect(sqlStateOf(error)).toBeUndefined()
    expect(constraintOf(error)).toBeUndefined()
  })

  test('takes anything', () => {
    fc.assert(
      fc.property(fc.anything(), (error) => {
        const found = sqlStateOf(error)
        expect(found ?? '00000').toMatch(/^[0-9A-Z]{5}$/)
      }),
    )
  })
})

test('constraintOf finds the name of a constraint, by either word, also in a cause', () => {
  expect(constraintOf({ constraint: 'events_event_id_key' })).toBe('events_event_id_key')
  expect(constraintOf({ constraint_name: 'events_event_id_key' })).toBe('events_event_id_key')
  expect(constraintOf({ cause: { constraint: 'events_event_id_key' } })).toBe('events_event_id_key')
  expect(constraintOf(new Error('failed'))).toBeUndefined()
})

describe('translateError', () => {
  test.each(['08006', '28P01', '3D000', '53300', '57P01', '57P03'])('%s means no connection', (code) => {
    const cause = Object.assign(new Error('terminating'), { code })
    const error = translateError(cause)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.cause).toBe(cause)
    expect(error.message).toContain('No connection to PostgreSQL: terminating.')
  })

  test.each(['23505', '42501', '25006', '40001', '53100', '57014'])('%s is a refusal of the database', (code) => {
    const cause = Object.assign(new Error('permission denied'), { code })
    const error = translateError(cause)
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toMatchObject({ sqlState: code, cause, code: 'DATABASE' })
    expect(error.message).toBe(`The database refused, and nothing was stored: permission denied (SQLSTATE ${code})`)
  })

  test.each([
    ['a system error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 'write EPIPE'],
    ['several addresses that failed', new AggregateError([new Error('one'), new Error('two')]), 'one, two'],
    ['what is no error', 'gone', 'gone'],
  ])('%s means no connection', (_, cause, message) => {
    const error = translateError(cause)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toContain(`No connection to PostgreSQL: ${message}.`)
  })

  test("leaves the store's own errors as they are", () => {
    const error = new InvalidEventError('An event', [{ message: 'must be an object' }])
    expect(translateError(error)).toBe(error)
  })
})

test('a refused content and a name that is taken are told apart from other refusals', () => {
  const states = ['22003', '22P05', '54000', '54001', '42P07', '42710', '42723', '42501', '23505']
  const errors = states.map((state) => new DatabaseError(state, 'refused'))
  expect(errors.filter(isContentRefused).map(({ sqlState }) => sqlState)).toEqual(['22003', '22P05', '54000', '54001'])
  expect(errors.filter(isNameTaken).map(({ sqlState }) => sqlState)).toEqual(['42P07', '42710', '42723'])
  expect([{ sqlState: '22003' }, null].some(isContentRefused)).toBe(false)
})
