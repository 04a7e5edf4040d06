import { describe, expect, test } from 'vitest'
import { changedNumber } from '../../../src/admin/page/writes/changed-number.ts'
import { confirmationOf } from '../../../src/admin/page/writes/confirmation.ts'
import { type EventDraft, requestOf } from '../../../src/admin/page/writes/new-event.ts'

const DRAFT: EventDraft = {
  stream: 'order-1',
  expectedVersion: 'any',
  id: '018f3c9a-0000-7000-8000-000000000001',
  type: 'Paid',
  data: '{"amount": 10}',
  metadata: '',
  causationId: '',
  correlationId: '',
}

describe('what has to be typed before something is destroyed', () => {
  test('is its name', () => {
    expect(confirmationOf('order-1')).toBe('order-1')
    expect(confirmationOf('größe 東京')).toBe('größe 東京')
  })

  test('is a word when the name cannot be typed', () => {
    for (const name of ['a\u202eb', 'x'.repeat(81), ' a', 'a\u200b', 'a  b', '\u0007'])
      expect(confirmationOf(name)).toBe('delete')
  })
})

describe('a number that would be stored as another one', () => {
  test.each([
    ['12345678901234567890', '12345678901234567000'],
    ['{"a": [1, {"b": -9007199254740993}]}', '-9007199254740992'],
    ['[0.1234567890123456789]', '0.12345678901234568'],
    ['1e400', 'Infinity'],
    ['1e-400', '0'],
  ])('is found in %s', (text, read) => {
    expect(changedNumber(text)?.read).toBe(read)
    const problem = `would be stored as ${read}`
    expect(requestOf({ ...DRAFT, data: text })).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('is none that has other digits for the same', () => {
    const texts = [
      '0',
      '-0',
      '0.10',
      '1e3',
      '1.50E+2',
      '9007199254740991',
      '100000000000000000000',
      '5e-324',
      '1.7976931348623157e308',
    ]
    for (const text of [...texts, '"12345678901234567890"', '{"12345678901234567890": null}', 'true'])
      expect([text, changedNumber(text)]).toEqual([text, undefined])
  })
})

describe('the draft of an event', () => {
  test('becomes a request with its data to the letter', () => {
    const request = requestOf({ ...DRAFT, expectedVersion: '3', data: '{"n": 1.50, "m": 9007199254740991}' })
    expect('body' in request && request.body).toContain('"data":{"n": 1.50, "m": 9007199254740991}')
    expect(bodyOf({ ...DRAFT, expectedVersion: '3' })).toEqual({
      stream: 'order-1',
      expectedVersion: 3,
      events: [{ id: DRAFT.id, type: 'Paid', data: { amount: 10 }, metadata: {} }],
    })
  })

  test('holds whatever names hold', () => {
    const hostile = '"}],"stream":"other\u202e'
    expect(bodyOf({ ...DRAFT, stream: hostile, type: hostile })).toMatchObject({
      stream: hostile,
      events: [{ type: hostile }],
    })
  })

  test.each([
    [{ stream: '' }, 'The stream needs a name.'],
    [{ type: '' }, 'The event needs a type.'],
    [{ expectedVersion: '-1' }, 'The expected version is a number, any, no-stream or stream-exists.'],
    [{ data: '{' }, 'Data is no JSON'],
    [{ data: '1}, {"a":1' }, 'Data is no JSON'],
    [{ metadata: '[1]' }, 'Metadata is an object.'],
    [{ causationId: 'x' }, 'causationId is no UUID.'],
  ])('with %o is refused, and says why', (part, problem) => {
    const request = requestOf({ ...DRAFT, ...part })
    expect('problem' in request && request.problem).toContain(problem)
  })
})

function bodyOf(draft: EventDraft): unknown {
  const request = requestOf(draft)
  return 'body' in request ? JSON.parse(request.body) : request
}
