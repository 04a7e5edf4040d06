import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as errors from '../../src/errors.ts'
import { PROJECT } from './runner/page.ts'

const PAGE = readFileSync(join(PROJECT, 'docs/errors.md'), 'utf8')

/** The entries of the page: what follows each heading that is a code. */
const entries = new Map(
  PAGE.split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section] as const)
    .filter(([heading]) => /^[A-Z_]+$/.test(heading)),
)

/** An error of each class, made of anything: what counts is which fields it has. */
const samples = Object.values(errors)
  .filter((exported) => exported.prototype instanceof errors.EventStoreError)
  .map((errorClass): errors.EventStoreError => Reflect.construct(errorClass, ['', []]))

test('every code has an entry, in the order of the source, and there is no other', () => {
  expect(samples.length).toBeGreaterThan(10)
  expect([...entries.keys()]).toEqual(samples.map(({ code }) => code))
})

describe.each(samples.map((sample) => [sample.code, sample] as const))('the entry of %s', (code, sample) => {
  const entry = entries.get(code) ?? ''

  test('names its class and its fields', () => {
    expect(entry).toContain(`\`${sample.name}\``)
    for (const field of Object.keys(sample).filter((name) => name !== 'code')) expect(entry).toContain(`\`${field}\``)
  })

  test('says when, why and what to do', () => {
    for (const part of ['**When.**', '**Why.**', '**What to do.**']) expect(entry).toContain(part)
  })

  test('stands in the table at the top', () => {
    expect(PAGE.split(/^## /m)[0]).toContain(`[\`${code}\`](#${code.toLowerCase()})`)
  })
})
