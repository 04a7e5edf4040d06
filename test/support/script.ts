import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** A TypeScript program in a process of its own, which prints a line when it is ready and runs until its stdin ends. */
export interface Script {
  readonly pid: number
  readonly firstLine: string
  /** Ends its stdin, and resolves to its exit code. */
  end(): Promise<number | null>
  /** Kills it with SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>
}

export interface ScriptOptions {
  readonly args?: readonly string[]
  /** In a process group of its own, so that Ctrl-C in the terminal does not reach it. @default false */
  readonly detached?: boolean
}

/** Starts a script of this folder, and waits for its first line. */
export async function startScript(name: string, options: ScriptOptions = {}): Promise<Script> {
  const child = spawnScript(name, options)
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
  const lines = createInterface(child.stdout)
  const ended = exited.then((code): never => {
    throw new Error(`${name} ended with code ${code} before it was ready`)
  })
  const [firstLine] = await Promise.race([once(lines, 'line'), ended])
  ended.catch(() => {})
  return {
    pid: child.pid ?? 0,
    firstLine: String(firstLine),
    async end() {
      child.stdin.end()
      return await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Starts a script of this folder. */
export function spawnScript(name: string, { args = [], detached = false }: ScriptOptions = {}) {
  const path = fileURLToPath(new URL(name, import.meta.url))
  return spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    cwd: PROJECT,
    detached,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}
