import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ConnectionError } from '../../errors.ts'
import type { ServerUser } from './user.ts'

const run = promisify(execFile)

/** Runs a program to its end, as that user; rejects with `ConnectionError` that carries the last of what it said. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { user, cwd, timeout }: { readonly user: ServerUser | undefined; readonly cwd: string; readonly timeout: number },
): Promise<void> {
  try {
    await run(program, args, { ...identity(user), cwd, timeout, killSignal: 'SIGTERM', env: serverEnvironment() })
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? lastLines(String(cause.stderr)) : ''
    throw new ConnectionError(`${program} failed${user ? ` as user ${user.name}` : ''}: ${output || String(cause)}`, {
      cause,
    })
  }
}

/** Without the variables by which a user tells clients and servers of PostgreSQL what to do; in English, as the C locale is. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}

/** For `spawn`: whom to run as. */
export function identity(user: ServerUser | undefined): { readonly uid?: number; readonly gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {}
}

/** The end of a text, for an error message. */
export function lastLines(text: string, count = 10): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
