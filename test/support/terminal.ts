import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** How to run the command line from its source, as the words of a command. */
export const EVENTSTORE: readonly string[] = [
  process.execPath,
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
]

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly folder?: string
}

export interface TerminalOptions extends ProgramOptions {
  /** @default 100 */
  readonly columns?: number
}

interface EndedProgram {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs; of one on a terminal, all that it shows is its standard output. */
export interface RunningProgram {
  readonly child: ChildProcessWithoutNullStreams
  readonly output: () => string
  readonly ended: Promise<EndedProgram>
}

/** Starts `eventstore` with pipes, as another program would. */
export function startPiped(args: readonly string[], { env = {}, folder }: ProgramOptions = {}): RunningProgram {
  const [program = '', ...words] = EVENTSTORE
  return follow(spawn(program, [...words, ...args], { cwd: folder, env: environment(env) }))
}

/**
 * Starts `eventstore` on a terminal, which `script` makes: what is written to its input is typed. Throws where there is no such program,
 * and says how to get it.
 */
export function startOnTerminal(
  args: readonly string[],
  { env = {}, folder, columns = 100 }: TerminalOptions = {},
): RunningProgram {
  checkScript()
  const line = [...EVENTSTORE, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const sized = `stty cols ${columns} rows 50; exec ${line}`
  const scriptArgs =
    process.platform === 'linux' ? ['-qec', sized, '/dev/null'] : ['-q', '/dev/null', '/bin/sh', '-c', sized]
  return follow(spawn('script', scriptArgs, { cwd: folder, env: environment(env) }))
}

function checkScript(): void {
  if (spawnSync('script', ['--version']).error === undefined) return
  throw new Error(
    'These tests need the program `script`, which runs others on a terminal: install util-linux (Debian: bsdutils; Alpine: util-linux-misc).',
  )
}

function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env }
}

function follow(child: ChildProcessWithoutNullStreams): RunningProgram {
  const written = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text
    })
  }
  child.stdin.on('error', () => {}) // it may end before it has read everything
  const ended = once(child, 'close').then(([exitCode]: readonly (number | null)[]) => ({
    exitCode: exitCode ?? null,
    ...written,
  }))
  return { child, output: () => written.stdout, ended }
}
