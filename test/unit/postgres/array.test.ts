import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePlainArray, plainArray, textArray } from '../../../src/postgres/array.ts'

/** Reads an array literal as PostgreSQL does: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function parseTextArray(literal: string): (string | null)[] {
  if (!/^\{.*\}$/s.test(literal)) throw new Error(`Expected braces around ${JSON.stringify(literal)}`)
  const body = literal.slice(1, -1)
  const element = /(?:"((?:[^"\\]|\\.)*)"|NULL)(?:,(?=.)|$)/sy
  const elements: (string | null)[] = []
  while (element.lastIndex < body.length) {
    const start = element.lastIndex
    const found = element.exec(body)
    if (!found) throw new Error(`Expected an element at ${JSON.stringify(body.slice(start))}`)
    elements.push(found[1] === undefined ? null : found[1].replaceAll(/\\(.)/gs, '$1'))
  }
  return elements
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('"', '\\', '{', '}', ',', ' ', '\n', '\t', '\u0001', 'NULL', 'n', '🚀'))
    .map((parts) => parts.join('')),
)

describe('an array of text', () => {
  test.each<[readonly (string | null)[], string]>([
    [[], '{}'],
    [[''], '{""}'],
    [['', ''], '{"",""}'],
    [[null], '{NULL}'],
    [[null, 'NULL', 'null'], '{NULL,"NULL","null"}'],
    [['a b', '{}', ','], '{"a b","{}",","}'],
    [['"', '\\', '\\"'], '{"\\"","\\\\","\\\\\\""}'],
    [['\n', '\t"', '\u0001\\'], '{"\n","\t\\"","\u0001\\\\"}'],
    [['\u007f\u2028🚀'], '{"\u007f\u2028🚀"}'],
    [['\\N', '\\.'], '{"\\\\N","\\\\."}'],
  ])('of %j is the literal %j', (values, literal) => {
    expect(textArray(values)).toBe(literal)
  })

  test('is read as what was written, whatever its elements are', () => {
    fc.assert(
      fc.property(fc.array(fc.option(anyText)), (values) => {
        expect(parseTextArray(textArray(values))).toEqual(values)
      }),
    )
  })
})

describe('an array of plain elements', () => {
  test.each<[readonly (string | number | null)[], string]>([
    [[], '{}'],
    [[0, -1, null, 2 ** 53 - 1], '{0,-1,NULL,9007199254740991}'],
    [['any', 'no-stream', '3'], '{any,no-stream,3}'],
    [[null], '{NULL}'],
  ])('of %j is the literal %j', (values, literal) => {
    expect(plainArray(values)).toBe(literal)
  })

  test('is read as what was written', () => {
    const element = fc.oneof(fc.maxSafeInteger(), fc.uuid(), fc.constantFrom('ok', 'version', 'other', null))
    fc.assert(
      fc.property(fc.array(element), (values) => {
        expect(parsePlainArray(plainArray(values))).toEqual(
          values.map((value) => (value === null ? null : String(value))),
        )
      }),
    )
  })
})
