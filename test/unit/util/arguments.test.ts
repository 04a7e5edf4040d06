import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkCount,
  checkDate,
  checkInteger,
  checkMillis,
  checkName,
  checkOneOf,
  checkOptions,
  checkSignal,
  describeKind,
  describeValue,
  nameProblem,
} from '../../../src/util/arguments.ts'

const anything = () => fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })

describe('describeValue', () => {
  test.each([
    ['text', '"text"'],
    ['x'.repeat(101), `"${'x'.repeat(100)}…"`],
    [1n, '1n'],
    [-0, '0'],
    [Number.NaN, 'NaN'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('secret'), 'Symbol(secret)'],
    [() => 'secret', 'a function'],
    [['secret'], 'an array'],
    [{ password: 'secret' }, 'an object'],
    [Object.create(null), 'an object'],
  ])('shows %s as %s', (value, shown) => {
    expect(describeValue(value)).toBe(shown)
  })

  test('describes anything in a short line', () => {
    fc.assert(fc.property(anything(), (value) => describeValue(value).length <= 610))
  })
})

describe('checkInteger', () => {
  test.each([0, 1, Number.MAX_SAFE_INTEGER])('takes %s', (value) => {
    expect(checkInteger(value, 'page', 0)).toBe(value)
  })

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %s as out of range', (value) => {
    expect(() => checkInteger(value, 'page', 0)).toThrow(
      new RangeError(`page must be an integer of at least 0, found ${value}`),
    )
  })

  test.each([['1'], [1n], [null], [undefined], [[1]], [true]])('refuses %o as of another type', (value) => {
    expect(() => checkInteger(value, 'page', 0)).toThrow(
      new TypeError(`page must be an integer, found ${describeValue(value)}`),
    )
  })
})

test('checkCount takes Infinity too', () => {
  expect(checkCount(Number.POSITIVE_INFINITY, 'limit', 0)).toBe(Number.POSITIVE_INFINITY)
  expect(checkCount(0, 'limit', 0)).toBe(0)
  expect(() => checkCount(Number.NEGATIVE_INFINITY, 'limit', 0)).toThrow(RangeError)
  expect(() => checkCount('all', 'limit', 0)).toThrow(TypeError)
})

describe('checkMillis', () => {
  test.each([1, 0.5, 1e12, Number.POSITIVE_INFINITY])('takes %s', (value) => {
    expect(checkMillis(value, 'timeout')).toBe(value)
  })

  test.each([0, -0, -1, Number.NaN, Number.NEGATIVE_INFINITY])('refuses %s as out of range', (value) => {
    expect(() => checkMillis(value, 'timeout')).toThrow(
      new RangeError(`timeout must be more than 0 milliseconds (or Infinity), found ${value}`),
    )
  })

  test.each([['5'], [5n], [null], [{}]])('refuses %o as of another type', (value) => {
    expect(() => checkMillis(value, 'timeout')).toThrow(TypeError)
  })
})

describe('checkOneOf', () => {
  test('takes the words', () => {
    expect(checkOneOf('soft', 'mode', ['soft', 'hard'])).toBe('soft')
  })

  test('refuses another word as out of range, and names those it takes', () => {
    expect(() => checkOneOf("soft'; --", 'mode', ['soft', 'hard'])).toThrow(
      new RangeError(`mode must be 'soft' or 'hard', found "soft'; --"`),
    )
  })

  test.each([[1], [null], [undefined], [['soft']], [{}]])('refuses %o as of another type', (value) => {
    expect(() => checkOneOf(value, 'mode', ['soft', 'hard'])).toThrow(TypeError)
  })
})

describe('names', () => {
  test.each([
    'a',
    ' ',
    'order-1',
    '名前',
    '🙂',
    'a'.repeat(1_000),
    'é'.repeat(500),
    "'; DROP TABLE events; --",
    '$1',
    '%_\\',
  ])('%j is one', (name) => {
    expect(checkName(name, 'Stream name')).toBe(name)
  })

  test.each([
    ['', 'found an empty one'],
    ['a'.repeat(1_001), 'found 1,001 bytes'],
    ['é'.repeat(501), 'found 1,002 bytes'],
    ['a\u0000b', 'found a control character in "a\\u0000b"'],
    ['line\nbreak', 'found a control character in "line\\nbreak"'],
    ['\u007f', 'found a control character'],
    ['\u0085', 'found a control character'],
    ['\ud800', 'found half of a surrogate pair in "\\ud800"'],
    ['a\udc00b', 'found half of a surrogate pair'],
  ])('%j is none: %s', (name, found) => {
    expect(() => checkName(name, 'Stream name')).toThrow(RangeError)
    expect(() => checkName(name, 'Stream name')).toThrow(
      'Stream name must be 1 to 1,000 bytes of text without control characters, found ',
    )
    expect(() => checkName(name, 'Stream name')).toThrow(found)
  })

  test('what is no string is refused as of another type', () => {
    for (const value of [undefined, null, 1, Symbol('a'), ['a'], { name: 'a' }])
      expect(() => checkName(value, 'Stream name')).toThrow(
        new TypeError(`Stream name must be a string, found ${describeValue(value)}`),
      )
  })

  test('any text is a name or has a problem, which says so in a short line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const problem = nameProblem(text)
        const fits = text !== '' && !/\p{Cc}/u.test(text) && new TextEncoder().encode(text).length <= 1_000
        expect(problem === undefined).toBe(fits)
        expect((problem ?? '').length).toBeLessThan(700)
      }),
    )
  })
})

describe('checkDate', () => {
  test.each(['0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
    'takes %s',
    (text) => {
      expect(checkDate(new Date(text), 'createdAt').toISOString()).toBe(text)
    },
  )

  test.each([
    [new Date(Number.NaN), 'Invalid Date'],
    [new Date('0000-12-31T23:59:59.999Z'), 'found'],
    [new Date('+010000-01-01T00:00:00.000Z'), 'found'],
    [new Date(8.64e15), 'found'],
    [new Date(-8.64e15), 'found'],
  ])('refuses %s as out of range', (value, found) => {
    expect(() => checkDate(value, 'createdAt')).toThrow(RangeError)
    expect(() => checkDate(value, 'createdAt')).toThrow('createdAt must be a valid Date of the years 1 to 9999, found')
    expect(() => checkDate(value, 'createdAt')).toThrow(found)
  })

  test.each([['2025-01-01'], [1_735_689_600_000], [null], [{}]])('refuses %o as of another type', (value) => {
    expect(() => checkDate(value, 'createdAt')).toThrow(
      new TypeError(`createdAt must be a Date, found ${describeValue(value)}`),
    )
  })
})

describe('checkOptions', () => {
  const known = ['page', 'search'] as const

  test('takes nothing, and objects with known fields', () => {
    expect(checkOptions<{ page?: number }>(undefined, 'listStreams', ['page'])).toEqual({})
    expect(checkOptions({ page: 1 }, 'listStreams', ['page'])).toEqual({ page: 1 })
    expect(checkOptions(Object.assign(Object.create(null), { page: 1 }), 'listStreams', ['page'])).toEqual({ page: 1 })
  })

  test('names the option that it does not know, and those that it does', () => {
    const misspelt: { page?: number; search?: string } = Object.fromEntries([['serach', 'a']])
    expect(() => checkOptions(misspelt, 'listStreams', known)).toThrow(
      new TypeError("listStreams has no option 'serach'. Its options are page, search."),
    )
  })

  test('refuses what is no object', () => {
    for (const value of [null, 'page', 1, true, [], () => {}, Symbol('a')])
      expect(() => checkOptions(wrong(value), 'read', [])).toThrow(
        new TypeError(`Options of read must be an object, found ${describeKind(value)}`),
      )
  })
})

test('checkSignal takes an AbortSignal or nothing', () => {
  const { signal } = new AbortController()
  expect(checkSignal(signal)).toBe(signal)
  expect(checkSignal(undefined)).toBeUndefined()
  for (const value of [null, {}, 'abort', new AbortController()])
    expect(() => checkSignal(value)).toThrow(
      new TypeError(`signal must be an AbortSignal, found ${describeValue(value)}`),
    )
})

/** Deliberately of the wrong type. */
function wrong(value: unknown): object {
  return value as object
}
