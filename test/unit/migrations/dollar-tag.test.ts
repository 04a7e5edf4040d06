import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dollarTag } from '../../../src/migrations/dollar-tag.ts'
import { quoteIdentifier } from '../../../src/postgres/identifier.ts'

describe('dollarTag', () => {
  test.each([
    ['eventstore', '$body$'],
    ['$body$', '$body1$'],
    ['$body$ $body1$', '$body2$'],
    ['$body1$', '$body$'],
    ['$body', '$body$'],
  ])('quotes the body of a function in schema %s with %s', (schema, tag) => {
    expect(dollarTag(quoteIdentifier(schema))).toBe(tag)
  })

  test('is a tag that the name cannot close, wherever it stands', () => {
    const names = fc
      .array(fc.constantFrom('$', 'body', '1', '2', '"', 'a', '$body$', '$body1$'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(names, (name) => {
        const schema = quoteIdentifier(name)
        const tag = dollarTag(schema)
        expect(tag).toMatch(/^\$body[0-9]*\$$/)
        expect(`SELECT ${schema}.events; ${schema}.streams`).not.toContain(tag)
      }),
    )
  })
})
