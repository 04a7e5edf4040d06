import { describe, expect, test } from 'vitest'
import { chooseCombinations } from '../../../matrix/combinations.ts'
import { readOptions } from '../../../matrix/options.ts'

describe('the options of the matrix', () => {
  test('may be left out: the default combinations, the whole suite, nothing written', () => {
    expect(readOptions([])).toEqual({ combinations: chooseCombinations({}), only: [], out: undefined })
  })

  test('name versions with commas between, and blanks if need be', () => {
    expect(readOptions(['--postgres', '13, 18', '--node=24'])).toMatchObject({
      combinations: chooseCombinations({ postgres: ['13', '18'], node: ['24'] }),
    })
  })

  test('take several filters', () => {
    expect(readOptions(['--only', 'unit', '--only', 'append'])).toMatchObject({ only: ['unit', 'append'] })
  })

  test('name the file of results', () => {
    expect(readOptions(['--out', 'docs/versions.json'])).toMatchObject({ out: 'docs/versions.json' })
  })

  test.each(['--help', '-h'])('ask for help with %s', (option) => {
    expect(readOptions([option])).toBe('help')
  })

  test.each([
    { args: ['--postgres', '12'], reason: '--postgres must name versions of 13, 14, 15, 16, 17, 18' },
    { args: ['--postgres', '13,'], reason: '--postgres must name versions' },
    { args: ['--node', ''], reason: '--node must name versions of 20, 22, 24' },
    { args: ['--only', ' '], reason: '--only needs a value' },
    { args: ['--only=--update'], reason: '--only needs a value' },
    { args: ['--out', ''], reason: '--out needs a value' },
    { args: ['--only', 'unit', '--out', 'a.json'], reason: 'cannot go with --only' },
    { args: ['13'], reason: "Unexpected argument '13'" },
    { args: ['--pg', '13'], reason: "Unknown option '--pg'" },
  ])('$args are refused: $reason', ({ args, reason }) => {
    expect(() => readOptions(args)).toThrow(reason)
  })
})
