import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { CACHE } from './install.ts'
import type { News } from './news.ts'
import type { Tally } from './tally.ts'

interface SuiteOptions {
  /** The executable. */
  readonly node: string
  /** The server's. */
  readonly url: string
  readonly only: readonly string[]
  /** The combination's, after which the log is named. */
  readonly name: string
  readonly signal: AbortSignal
  readonly tally: Tally
}

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const VITEST = join(PROJECT, 'node_modules', 'vitest', 'vitest.mjs')
const REPORTER = join(PROJECT, 'matrix', 'reporter.ts')
const SHOWN_LINES = 20
const END_WITHIN = 10_000

/** Where everything goes that vitest prints in this combination. */
export function logOf(name: string): string {
  return join(CACHE, 'logs', `${name.replaceAll(/\W+/g, '-').toLowerCase()}.log`)
}

/** Runs the test suite, and tells the tally; resolves when vitest has ended. */
export async function runSuite({ node, url, only, name, signal, tally }: SuiteOptions): Promise<void> {
  const path = logOf(name)
  await mkdir(dirname(path), { recursive: true })
  const log = await open(path, 'w')
  try {
    signal.throwIfAborted()
    // In a group of its own: Ctrl-C is for the matrix, which ends the group.
    const vitest = spawn(node, [VITEST, 'run', '--reporter=default', `--reporter=${REPORTER}`, ...only], {
      cwd: PROJECT,
      detached: true,
      env: { ...process.env, DATABASE_URL: url, PATH: [dirname(node), process.env.PATH].join(delimiter) },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    })
    vitest.on('message', (news: News) => tally.add(news))
    await ended(vitest, signal)
    if (vitest.exitCode !== 0) tally.trouble = await explain(vitest, path, tally.counts.files > 0)
  } finally {
    await log.close()
  }
}

/** Resolves when the process has ended, and said all that it had to say; ends it when the matrix is told to end. */
async function ended(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const closed = once(child, 'close')
  await Promise.race([closed, once(signal, 'abort')])
  if (!signal.aborted) return
  signalGroup(child, 'SIGINT')
  await Promise.race([closed, setTimeout(END_WITHIN, undefined, { ref: false })])
  // Whoever did not listen, and whoever was left behind.
  signalGroup(child, 'SIGKILL')
  await closed
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody is left.
  }
}

/** A run of files says at its end what went wrong, one without any file at its beginning. */
async function explain({ exitCode, signalCode }: ChildProcess, log: string, ran: boolean): Promise<string> {
  const lines = stripVTControlCharacters(await readFile(log, 'utf8'))
    .trim()
    .split('\n')
  const said = ran ? lines.slice(-SHOWN_LINES) : lines.slice(0, SHOWN_LINES)
  return `vitest ended with ${signalCode ?? `code ${exitCode}`}, and had said:\n${said.join('\n')}`
}
