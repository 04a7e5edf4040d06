import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { SILENT } from '../../bench/harness/progress.ts'
import { type BenchServer, openServer } from '../../bench/harness/server.ts'
import { measurementTable } from '../../bench/harness/tables.ts'
import type { Sizes } from '../../bench/sizes.ts'
import { SUITE_NAMES, SUITES } from '../../bench/suites/index.ts'
import { asAdmin } from '../support/admin.ts'

const TINY: Sizes = {
  warmUps: 0,
  repetitions: 1,
  duration: 10,
  concurrency: [1, 3],
  singleWriters: [1, 3],
  writersPerProcess: { batches: 2, single: 2 },
  largeAppend: 1_000,
  storedEvents: 2_000,
  receipts: 5,
  growth: [200, 1_000],
  lastEvents: 100,
  followedStreams: 20,
  openTransaction: 30,
  streamedEvents: 1_000,
  appendingFor: 20,
}

let server: BenchServer

beforeAll(async () => {
  server = await openServer({ url: inject('serverUrl') })
})

afterAll(() => server.close())

describe('a very small run of the benchmarks', () => {
  test.each(SUITE_NAMES)('%s measures every case, and leaves nothing behind', async (name) => {
    const measurements = await SUITES[name]({ server, sizes: TINY, progress: SILENT })
    expect(measurements.length).toBeGreaterThan(0)
    expect(new Set(measurements.map(({ name }) => name)).size).toBe(measurements.length)
    for (const { suite, samples } of measurements) {
      expect(suite).toBe(name)
      expect(samples.length).toBeGreaterThan(0)
      for (const sample of samples) expect(sample).toBeGreaterThan(0)
    }
    const widths = measurementTable(measurements).split('\n')
    expect(Math.max(...widths.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(await databases()).toEqual([])
  })

  test('the server tells its version and what decides about durability', async () => {
    const { version, settings } = await server.describe()
    expect(version).toMatch(/^\d+/)
    expect(Object.keys(settings)).toEqual(expect.arrayContaining(['fsync', 'synchronous_commit', 'shared_buffers']))
  })
})

describe('databases for benchmarks', () => {
  test('are dropped when the server is closed, connections or not', async () => {
    const other = await openServer({ url: inject('serverUrl') })
    const connectionString = await other.newDatabase('closing')
    expect(await databases()).toHaveLength(1)
    await other.close()
    await other.close()
    expect(connectionString).toContain('closing')
    expect(await databases()).toEqual([])
  })
})

/** Those of this process: others may measure on the same server. */
async function databases(): Promise<readonly string[]> {
  return asAdmin(inject('serverUrl'), async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [`es_bench_${process.pid}_`],
    )
    return rows.map(({ datname }) => datname)
  })
}
