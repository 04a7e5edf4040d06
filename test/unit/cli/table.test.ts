import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { printable } from '../../../src/cli/printable.ts'
import { type Column, cut, renderTable } from '../../../src/cli/table.ts'

interface Row {
  readonly name: string
  readonly count: number
  readonly when: string
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'COUNT', align: 'right', of: ({ count }) => count },
  { title: 'WHEN', optional: true, of: ({ when }) => when },
]
const WHEN = '2026-11-23T15:00:00.000Z'

function render(rows: readonly Row[], width: number): readonly string[] {
  return renderTable(COLUMNS, rows, width, (text) => text).split('\n')
}

describe('a table', () => {
  test('is as wide as what it holds', () => {
    expect(render([{ name: 'orders', count: 1_000, when: WHEN }], 120)).toEqual([
      'NAME    COUNT  WHEN',
      `orders   1000  ${WHEN}`,
      '',
    ])
  })

  test('cuts text that does not fit', () => {
    const lines = render([{ name: 'a'.repeat(100), count: 7, when: WHEN }], 80)
    expect(lines[1]).toBe(`${'a'.repeat(46)}…      7  ${WHEN}`)
    expect(lines[1]).toHaveLength(80)
  })

  test('leaves out what may be missing, once text would have too little room', () => {
    const lines = render([{ name: 'a'.repeat(100), count: 123_456, when: WHEN }], 40)
    expect(lines).toEqual([`NAME${' '.repeat(30)} COUNT`, `${'a'.repeat(31)}…  123456`, ''])
  })

  test('keeps a name with a UUID whole before anything that may be missing', () => {
    const name = 'order-550e8400-e29b-41d4-a716-446655440000'
    expect(render([{ name, count: 7, when: WHEN }], 80)[1]).toBe(`${name}      7  ${WHEN}`)
    expect(render([{ name, count: 7, when: WHEN }], 72)[1]).toBe(`${name}      7`)
  })

  test('never cuts a number', () => {
    expect(render([{ name: 'orders and more', count: 123_456_789, when: WHEN }], 5)[1]).toBe('order…  123456789')
  })

  test('counts columns of the terminal, not characters', () => {
    for (const line of render([{ name: '日本語'.repeat(20), count: 1, when: WHEN }], 40)) {
      expect(stringWidth(line)).toBeLessThanOrEqual(40)
    }
  })

  test('shows what would act upon a terminal as an escape', () => {
    expect(render([{ name: 'a\u001b[2Jb', count: 1, when: '\u202e' }], 120)[1]).toBe('a\\u001b[2Jb      1  \\u202e')
  })
})

describe('a text is cut', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly 10', 10, 'exactly 10'],
    ['more than 10', 10, 'more than…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, '👩‍👩‍👧‍👦…'],
  ])('%s to %i columns: %s', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected)
  })

  test('without looking at the rest of it, however long that is', () => {
    const texts = ['x'.repeat(50_000_000), `y${'\u0301'.repeat(50_000_000)}`] as const
    const started = performance.now()
    for (const text of texts) printable(text)
    const once = performance.now() - started
    expect(cut(texts[0], 80)).toBe(`${'x'.repeat(79)}…`)
    expect(cut(texts[1], 80).length).toBeLessThan(10_000)
    expect(performance.now() - started - once).toBeLessThan(once)
  })
})
