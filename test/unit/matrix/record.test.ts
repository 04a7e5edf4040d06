import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Entry, recordResult, replaceEntry } from '../../../matrix/record.ts'
import { NODE, POSTGRES } from '../../../matrix/versions.ts'

const entry: Entry = {
  postgres: '13.23',
  node: '20.20.2',
  date: '2026-11-01',
  holds: true,
  files: 10,
  passed: 100,
  failed: 0,
  skipped: 0,
  seconds: 60,
  failures: [],
}

describe('an entry of the file of results', () => {
  test('takes the place of the one of the same major versions, and of no other', () => {
    const others = [
      { ...entry, node: '22.1.0' },
      { ...entry, postgres: '18.4' },
    ]
    const newer = { ...entry, postgres: '13.24', node: '20.21.0', date: '2026-11-23', holds: false }
    expect(replaceEntry([entry, ...others], newer)).toEqual([newer, ...others])
  })

  test('stands in ascending order of versions, not of letters', () => {
    const of = (postgres: string, node: string) => ({ ...entry, postgres, node })
    const entries = [of('18.4', '24.1.0'), of('9.6', '20.1.0'), of('18.4', '8.1.0')]
    expect(replaceEntry(entries, of('13.1', '20.1.0')).map(({ postgres, node }) => `${postgres}/${node}`)).toEqual([
      '9.6/20.1.0',
      '13.1/20.1.0',
      '18.4/8.1.0',
      '18.4/24.1.0',
    ])
  })
})

describe('the file of results', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pg-event-store-test-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('is created, and says what failed', async () => {
    const path = join(folder, 'versions.json')
    const combination = { postgres: POSTGRES[0], node: NODE[0] }
    const counts = { files: 10, passed: 99, failed: 1, skipped: 2, trouble: undefined }
    const failures = [{ where: 'a.test.ts > b', why: 'no' }]
    const result = { ...counts, combination, postgres: '13.23', node: '20.20.2', seconds: 60.4, failures }
    await recordResult(path, result, '2026-11-23')
    const { date, ...rest } = { ...entry, date: '2026-11-23' }
    const written = { ...rest, date, holds: false, passed: 99, failed: 1, skipped: 2, failures: ['a.test.ts > b'] }
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([written])
    await recordResult(path, { ...result, node: '' }, '2026-11-24')
    const again = { ...written, node: '20', date: '2026-11-24' }
    expect(JSON.parse(await readFile(path, 'utf8')), 'replaced, though Node never spoke').toEqual([again])
  })
})
