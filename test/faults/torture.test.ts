import { expect, test } from 'vitest'
import { torture } from '../../torture/torture.ts'

/** Another run of the same kind: `TORTURE_SEED=7 npx vitest run --project faults torture`. */
const SEED = Number(process.env.TORTURE_SEED ?? 163)
const MINUTES = 0.25

test('processes that are killed, stopped, cut off and refused lose nothing, skip nothing, and keep the order', async () => {
  console.log(`Torture with seed ${SEED}`)
  const done: string[] = []
  const { counts, findings } = await torture(
    { minutes: MINUTES, seed: SEED, processes: 6, url: undefined },
    { tell: (line) => done.push(line), progress: () => {} },
  )
  expect(findings, `seed ${SEED}:\n${done.join('\n')}`).toEqual([])
  expect(counts['processes killed']).toBeGreaterThan(2)
  expect(counts['processes stopped']).toBeGreaterThan(0)
  expect(counts['server restarts']).toBeGreaterThan(0)
  expect(counts['connections terminated']).toBeGreaterThan(0)
  expect(counts['times read-only']).toBeGreaterThan(0)
  expect(counts['events stored']).toBeGreaterThan(30)
}, 150_000)
