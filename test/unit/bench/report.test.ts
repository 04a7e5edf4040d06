import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readReport, writeReport } from '../../../bench/harness/report.ts'
import { aMeasurement, aReport } from './measurements.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-store-report-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a report', () => {
  test('is read as it was written', async () => {
    const report = aReport({ measurements: [aMeasurement()] })
    const path = join(folder, 'report.json')
    await writeReport(path, report)
    expect(await readReport(path)).toEqual(report)
  })

  test.each([
    '',
    '{}',
    'null',
    '{"version": 2}',
    JSON.stringify({ ...aReport(), measurements: [aMeasurement({ samples: [] })] }),
    JSON.stringify({ ...aReport(), measurements: [{ ...aMeasurement(), samples: ['1'] }] }),
    JSON.stringify({ ...aReport(), server: {} }),
  ])('what is none is refused: %s', async (content) => {
    const path = join(folder, 'other.json')
    await writeFile(path, content)
    await expect(readReport(path)).rejects.toThrow(/other\.json is not a report.*npm run bench/)
  })

  test('a file that is missing is named', async () => {
    await expect(readReport(join(folder, 'missing.json'))).rejects.toThrow(/missing\.json cannot be read/)
  })
})
