import { describe, expect, test } from 'vitest'
import { type Documented, readPublicApi } from '../docs/docs-site-api.ts'

const api = readPublicApi()
const errors = api.filter(({ name, needsExample }) => /^\w+Error$/.test(name) && needsExample)

/** What arguments that cannot work are refused with. */
const BUILT_IN = ['TypeError', 'RangeError']

describe('the docstrings of what can be imported', () => {
  test('every export and every public member has a sentence', () => {
    expect(api.length).toBeGreaterThan(150)
    expect(names(api.filter(({ text }) => !isSentence(text)))).toEqual([])
  })

  test('every function, class and method has an example', () => {
    expect(api.filter(({ needsExample }) => needsExample).length).toBeGreaterThan(50)
    expect(names(api.filter(({ needsExample, examples }) => needsExample && examples.length === 0))).toEqual([])
  })

  test('every option that may be left out says what it is then, and in which unit', () => {
    const options = api.filter(({ name, optional }) => optional && /^\w+Options\./.test(name))
    expect(options.length).toBeGreaterThan(30)
    expect(names(options.filter(({ defaultValue }) => !defaultValue))).toEqual([])
    const durations = options.filter(({ name }) => /\.(timeout|checkpointAfter|\w*Interval)$/.test(name))
    expect(durations.length).toBeGreaterThan(3)
    expect(names(durations.filter(({ text }) => !text.includes('Milliseconds')))).toEqual([])
  })

  test('what is thrown is an exported error, or a TypeError or RangeError', () => {
    const known = [...errors.map(({ name }) => name), ...BUILT_IN]
    const thrown = api.flatMap(({ name, thrown }) => thrown.map((error) => ({ name, error })))
    expect(thrown.length).toBeGreaterThan(30)
    expect(thrown.filter(({ error }) => !known.includes(error))).toEqual([])
  })

  test('every exported error is named by the docstring of something that ends with it', () => {
    const told = api.filter(({ name }) => !/Error\b/.test(name))
    const unnamed = errors.filter(
      ({ name }) =>
        name !== 'EventStoreError' && !told.some(({ text, thrown }) => thrown.includes(name) || text.includes(name)),
    )
    expect(names(unnamed)).toEqual([])
  })
})

function names(entries: readonly Documented[]): readonly string[] {
  return entries.map(({ module, name }) => `${module}: ${name}`)
}

/** It begins with a capital, a digit or code, has more than one word, and ends with a full stop. */
function isSentence(text: string): boolean {
  return /^[A-Z\d`'].*\s.*[.?!]$/s.test(text.trim())
}
