import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'

const PROJECT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/**
 * Runs an example as its README says, in a process of its own. Resolves to what it has printed; rejects unless it ends by itself,
 * with code 0 and nothing on standard error.
 */
export async function runExample(command: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const { DATABASE_URL: _, FORCE_COLOR: __, ...env } = process.env
  const args = command.startsWith('npx tsx ')
    ? ['--import', 'tsx', command.slice('npx tsx '.length)]
    : command.slice('node '.length).split(' ')
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd: PROJECT,
    env: { ...env, ...environment },
    timeout: 28_000,
    killSignal: 'SIGKILL',
  })
  expect(stderr).toBe('')
  return stdout
}

/** The lines of a text, without what is empty or around them, runs of spaces as one. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .filter((line) => line !== '')
}
