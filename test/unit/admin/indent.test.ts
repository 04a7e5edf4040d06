import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { indentJson } from '../../../src/admin/indent.ts'

const ENOUGH = 1_000_000

describe('indenting JSON', () => {
  test('gives what JSON.stringify gives with two spaces, whatever the value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(indentJson(text, ENOUGH)).toBe(JSON.stringify(JSON.parse(text), undefined, 2))
      }),
    )
  })

  test.each([
    ['{"n":12345678901234567890}', '{\n  "n": 12345678901234567890\n}'],
    ['{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
    ['[1.0,1e400, -0]', '[\n  1.0,\n  1e400,\n  -0\n]'],
    ['{"a":"\\u0000 \\" }, {"}', '{\n  "a": "\\u0000 \\" }, {"\n}'],
    [' { } ', '{}'],
    ['[ [ ] , { } ]', '[\n  [],\n  {}\n]'],
    ['"text"', '"text"'],
    ['', ''],
  ])('changes nothing but the space between the parts: %s', (text, expected) => {
    expect(indentJson(text, ENOUGH)).toBe(expected)
  })

  test('a text that was cut anywhere is indented as far as it goes', () => {
    const text = JSON.stringify({ a: [1, { b: 'x"y' }], c: { d: null } })
    const whole = indentJson(text, ENOUGH)
    for (let end = 0; end <= text.length; end++) {
      const shown = indentJson(text.slice(0, end), ENOUGH).replace(/\s+$/, '')
      expect(whole.startsWith(shown)).toBe(true)
    }
  })

  test('depth does not make it larger than asked for', () => {
    expect(indentJson('['.repeat(1_000_000), 10_000)).toHaveLength(10_000)
    expect(indentJson('{"a":'.repeat(100_000), 10_000).length).toBeLessThanOrEqual(10_000)
    expect(indentJson(']'.repeat(100), ENOUGH)).toHaveLength(200)
    expect(indentJson(`["${'😀'.repeat(100)}"]`, 8).isWellFormed()).toBe(true)
  })
})
