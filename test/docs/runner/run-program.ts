import { fork } from 'node:child_process'
import { dirname } from 'node:path'
import type { Report } from './reports.ts'

/** Milliseconds that the program of a page may take. */
const LONGEST = 50_000

/** What became of a program. */
export interface Run {
  /** The blocks that it has begun, by line, in order. */
  readonly begun: readonly number[]
  /** What each line has printed. */
  readonly printed: ReadonlyMap<number, readonly string[]>
  /** Why it did not come to its end. */
  readonly error: string | undefined
}

/** Runs a compiled program in a process of its own, in its folder, on a database. */
export async function runProgram(path: string, databaseUrl: string): Promise<Run> {
  const begun: number[] = []
  const printed = new Map<number, string[]>()
  let done = false
  let stderr = ''
  // It may run tests itself, which must not take themselves for a part of these.
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|TINYPOOL)/.test(name))
  const env = { ...Object.fromEntries(own), DATABASE_URL: databaseUrl }
  const child = fork(path, {
    cwd: dirname(path),
    env,
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  child.on('message', (report: Report) => {
    if (report.type === 'block') begun.push(report.line)
    else if (report.type === 'printed') printed.set(report.line, [...(printed.get(report.line) ?? []), report.text])
    else done = true
  })
  const tooLong = setTimeout(() => child.kill('SIGKILL'), LONGEST)
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  clearTimeout(tooLong)
  return { begun, printed, error: done && code === 0 ? undefined : reasonOf(code, stderr) }
}

function reasonOf(code: number | null, stderr: string): string {
  if (code === null) return `it did not end within ${LONGEST / 1_000} seconds`
  if (stderr.trim() === '')
    return `it ended with ${code} before its last block was done: is something awaited that never comes?`
  return stderr.trim()
}
