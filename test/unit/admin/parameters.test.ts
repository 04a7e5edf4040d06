import { describe, expect, test } from 'vitest'
import { Fields, readJson } from '../../../src/admin/body.ts'
import { Parameters } from '../../../src/admin/parameters.ts'
import { appendRequestOf } from '../../../src/admin/requests.ts'

const given = (query: string) => new Parameters(`http://localhost/x?${query}`, ['a', 'b'])

describe('the parameters of a URL', () => {
  test('are read as they are meant, and an empty one as none', () => {
    expect(given('a=1').integer('a', 0)).toBe(1)
    expect(given('a=').integer('a', 0)).toBeUndefined()
    expect(given('').text('a')).toBeUndefined()
    expect(given('a=%24all').requiredText('a')).toBe('$all')
    expect(given('a=x').word('a', ['x', 'y'])).toBe('x')
    expect(given('a=018F0000-0000-7000-8000-00000000000A').uuid('a')).toBe('018f0000-0000-7000-8000-00000000000a')
  })

  test.each<[string, () => unknown, string]>([
    ['c=1', () => given('c=1'), 'There is no parameter "c" here; expected a, b.'],
    ['a twice', () => given('a=1&a=2'), 'a must be given once.'],
    ['no number', () => given('a=x').integer('a', 1), 'a must be a whole number from 1 on, found "x".'],
    ['a negative number', () => given('a=-1').integer('a', 0), 'found "-1"'],
    ['a fraction', () => given('a=1.5').integer('a', 0), 'found "1.5"'],
    ['too large a number', () => given('a=9007199254740993').integer('a', 0), 'from 0 on'],
    ['more than the most', () => given('a=201').integer('a', 1, 200), 'from 1 to 200, found "201"'],
    ['another word', () => given('a=z').word('a', ['x', 'y']), 'a must be one of x, y, found "z".'],
    ['no UUID', () => given('a=1').uuid('a'), 'a must be a UUID, found "1".'],
    ['nothing', () => given('').requiredText('a'), 'a is missing.'],
    ['no id', () => given('').requiredUuid('a'), 'a is missing: expected a UUID.'],
    ['what no text holds', () => given('a=%00').text('a'), 'found the character U+0000'],
    ['a very long text', () => given(`a=${'x'.repeat(5_000)}`).text('a'), 'at most 4000 characters, found 5000'],
    [
      'a URL with a password',
      () => given('a=postgres://me:secret@host/db').integer('a', 0),
      'found a connection string',
    ],
  ])('are refused when they say something else: %s', (_, read, message) => {
    expect(read).toThrow(expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }))
    expect(read).toThrow(message)
  })
})

describe('the body of a request', () => {
  const append = (events: unknown) => appendRequestOf({ stream: 's', expectedVersion: 0, events })
  const fields = (body: unknown) => new Fields(body, ['a', 'expectedVersion'])

  test.each<[string, () => unknown, string]>([
    ['a list', () => fields([]), 'The body must be an object with a, expectedVersion, found an array.'],
    ['null', () => fields(null), 'found null'],
    ['a text', () => fields('secret'), 'found a string'],
    ['an unknown field', () => fields({ b: 1 }), 'The body must have a, expectedVersion; found "b".'],
    ['__proto__', () => fields(JSON.parse('{"__proto__":{"a":1}}')), 'found "__proto__"'],
    ['an inherited field', () => new Fields({}, ['toString']).text('toString'), 'found undefined'],
    ['no text', () => fields({ a: 1 }).text('a'), 'a must be a text that is not empty and has no U+0000, found 1.'],
    ['an empty text', () => fields({ a: '' }).text('a'), 'not empty'],
    ['what no text holds', () => fields({ a: 'x\0' }).text('a'), 'U+0000'],
    ['a number as text', () => fields({ a: '1' }).integer('a'), 'a must be a whole number from 0 on, found "1".'],
    ['another word', () => fields({ a: 'z' }).word('a', ['x']), 'a must be one of x, found "z".'],
    ['no list', () => fields({ a: {} }).list('a'), 'a must be a list, found an object.'],
    ['a bad version', () => fields({ expectedVersion: -1 }).expectedVersion(), 'expectedVersion must be'],
    ['no events', () => append([]), 'events must have one event at least'],
    ['an event without data', () => append([{ type: 'A', data: 1 }, { type: 'A' }]), 'Event 2 has no data.'],
    ['an event with more', () => append([{ type: 'A', data: 1, when: 2 }]), 'Event 1 must have type, data'],
  ])('is refused when it says something else: %s', (_, read, message) => {
    expect(read).toThrow(expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }))
    expect(read).toThrow(message)
  })

  test('is JSON in UTF-8 of 16 MB at most', async () => {
    const body = (content: string | Uint8Array<ArrayBuffer>) =>
      readJson(new Request('http://localhost', { method: 'POST', body: content }))
    expect(await body('{"a":"é"}')).toEqual({ a: 'é' })
    await expect(body('{')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('must be JSON') })
    await expect(body(new Uint8Array([0x22, 0xff, 0x22]))).rejects.toMatchObject({ status: 400 })
    await expect(body(`"${'x'.repeat(16 * 1024 * 1024)}"`)).rejects.toMatchObject({ status: 413, code: 'TOO_LARGE' })
    expect(await body(`"${'x'.repeat(16 * 1024 * 1024 - 2)}"`)).toHaveLength(16 * 1024 * 1024 - 2)
  })
})
