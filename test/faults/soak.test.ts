import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const EVENTS = 12_000

/** Another run of the same kind: `SOAK_SEED=7 npx vitest run --project faults soak`. */
const SEED = Number(process.env.SOAK_SEED ?? 5)

test('stores, followers and subscriptions that come and go leave nothing behind, and everything is delivered', async () => {
  const args = ['--import', 'tsx', 'soak/main.ts', '--events', String(EVENTS), '--seed', String(SEED)]
  const soak = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [soak.stdout, soak.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const exitCode = await new Promise((resolve) => soak.once('close', resolve))
  expect(exitCode, output).toBe(0)
  expect(output).toContain('Verdict: flat')
  expect(output).toContain(`events appended: ${EVENTS.toLocaleString('en')}`)
  expect(Number(/connections terminated: (\d+)/.exec(output)?.[1]), output).toBeGreaterThan(0)
}, 120_000)
