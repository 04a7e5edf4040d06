import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasHidden, visibleParts, visibleText } from '../../../src/admin/page/visible-text.ts'

/** Any, those that are hidden often enough. */
const character = fc
  .oneof(fc.integer({ min: 0, max: 0x2100 }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code))

describe('text from outside', () => {
  test('is shown as it is when all of it can be seen', () => {
    const text = 'order-42 · Größe 東京 مرحبا 🦊 <img src=x onerror=alert(1)> &amp; \\u0041'
    expect(visibleParts(text)).toEqual([{ text, escaped: false }])
    expect(hasHidden(text)).toBe(false)
  })

  test('has escapes where a character would act or hide', () => {
    expect(visibleParts('a\u202eb\n\u0000')).toEqual([
      { text: 'a', escaped: false },
      { text: '\\u202e', escaped: true },
      { text: 'b', escaped: false },
      { text: '\\n\\u0000', escaped: true },
    ])
  })

  test.each([
    ['control characters', '\u0000\u001b\u007f\u0085\u009f\r\t'],
    ['overrides and isolates of direction', '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'],
    ['what has no width', '\u00ad\u200b\u200c\u200d\u2060\ufeff\u180e\u3164'],
    ['separators of lines and paragraphs', '\u2028\u2029'],
    ['halves of surrogate pairs', '\ud83d\ud83d \udd8a'],
    ['tags', '\u{e0001}\u{e0041}\u{e007f}'],
  ])('never lets %s through', (_, text) => {
    const shown = visibleText(text)
    expect(hasHidden(shown)).toBe(false)
    expect(shown).toMatch(/^[\\ -~]+$/)
  })

  test('is seen whole, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 50 }), (text) => {
        const shown = visibleParts(text)
        expect(hasHidden(shown.map((part) => part.text).join(''))).toBe(false)
        const plain = shown.filter((part) => !part.escaped).map((part) => part.text)
        expect(plain.join('')).toBe([...text].filter((character) => !hasHidden(character)).join(''))
      }),
    )
  })

  test('is never more than some hundred parts', () => {
    const parts = visibleParts('a\u202e'.repeat(50_000))
    expect(parts.length).toBeLessThan(200)
    expect(parts.map((part) => part.text).join('')).toBe('a\\u202e'.repeat(50_000))
  })

  test('is cut to what is asked for, but never within a character', () => {
    expect(visibleText('abcdef', 3)).toBe('abc…')
    expect(visibleText('ab🦊cd', 3)).toBe('ab…')
    expect(visibleText('abc', 3)).toBe('abc')
  })
})
