import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { wrap } from '../../../src/cli/wrap.ts'

describe('a text is wrapped', () => {
  test('between its words', () => {
    expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox'])
    expect(wrap('the quick brown fox', Number.POSITIVE_INFINITY)).toEqual(['the quick brown fox'])
    expect(wrap('', 10)).toEqual([''])
  })

  test('within a word that is longer than a line', () => {
    expect(wrap('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b'])
  })

  test('so that nothing is lost and nothing is too long', () => {
    const words = fc.array(fc.stringMatching(/^[a-zé日]{1,30}$/), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 40 }), (text, width) => {
        const lines = wrap(text.join(' '), width)
        expect(lines.join('').replaceAll(' ', '')).toBe(text.join(''))
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
