import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { format, promisify } from 'node:util'
import { Interruption } from '../../../src/cli/failure.ts'
import { EventStore } from '../../../src/index.ts'
import { commandLine } from '../../support/command-line.ts'
import { runSql } from '../../support/run-sql.ts'
import type { Report } from './reports.ts'
import type { Pipeline, Stage } from './shell.ts'

const url = process.env.DATABASE_URL ?? ''

/** The databases of the pages, in text: the one that a program has of its own, and one beside it for what is copied. */
const DATABASES = /postgres:\/\/(localhost|elsewhere)\/shop(?![\w-])/g
const ELSEWHERE = url.replace(/(?<=\/)[^/?]+(?=\?|$)/, '$&_elsewhere')

/** Commands that end by Ctrl-C only, which is given a moment after they have begun. */
const ENDLESS = new Set(['tail', 'admin'])
const MOMENT = 500
const INTERRUPTED = new Interruption(130)

/** What the programs of the pages call beside their own code. */
export const $docs = {
  /** The database of the program. */
  url,

  openStore: () => new EventStore({ connectionString: url }),

  block(line: number): void {
    tell({ type: 'block', line })
  },

  /** A console that tells which line of the page has printed what. */
  console: (line: number) => ({
    log: (...values: readonly unknown[]) => tell({ type: 'printed', line, text: format(...values) }),
  }),

  async sql(line: number, text: string): Promise<void> {
    tell({ type: 'block', line })
    await runSql(url, text)
  },

  async file(line: number, name: string, content: string): Promise<void> {
    tell({ type: 'block', line })
    await writeFile(name, withOwnDatabases(content))
  },

  /** Runs the commands one after the other, those of a pipeline too. */
  async shell(line: number, pipelines: readonly Pipeline[], exitCode: number): Promise<void> {
    tell({ type: 'block', line })
    for (const { stages, output } of pipelines) {
      let text = ''
      for (const stage of stages) text = await run(stage, text, exitCode)
      if (output !== undefined) await writeFile(output, text)
    }
  },

  async done(): Promise<never> {
    await new Promise((resolve) => process.send?.({ type: 'done' } satisfies Report, resolve))
    process.exit() // whatever the page has left open
  },
}

async function run(stage: Stage, input: string, wanted: number): Promise<string> {
  switch (stage.kind) {
    case 'text':
      return stage.text
    case 'file':
      return await readFile(stage.path, 'utf8')
    case 'vitest':
      return await vitest(stage.args.map((arg) => arg.replace(/\.ts$/, '.js')))
    case 'eventstore': {
      const args = stage.args.map(withOwnDatabases)
      const endless = ENDLESS.has(args[0] ?? '')
      const ending = new AbortController()
      if (endless) setTimeout(() => ending.abort(INTERRUPTED), MOMENT)
      const { signal } = ending
      const { exitCode, stdout, stderr } = await commandLine(url, args, { input, signal, folder: process.cwd() })
      if (exitCode === wanted || (endless && exitCode === INTERRUPTED.exitCode)) return stdout
      throw new Error(
        `eventstore ${stage.args.join(' ')} ended with ${exitCode}, expected ${wanted}:\n${stdout}${stderr}`,
      )
    }
    default:
      return stage satisfies never
  }
}

function withOwnDatabases(text: string): string {
  return text.replaceAll(DATABASES, (_, host) => (host === 'elsewhere' ? ELSEWHERE : url))
}

/** Runs tests in this folder; rejects with what they print when one fails. */
async function vitest(args: readonly string[]): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('vitest/package.json'))
  const command = [join(folder, 'vitest.mjs'), ...args, '--root', process.cwd()]
  const { stdout } = await promisify(execFile)(process.execPath, command).catch(({ stdout, stderr }) => {
    throw new Error(`vitest ${args.join(' ')} failed:\n${stdout}${stderr}`)
  })
  return stdout
}

function tell(report: Report): void {
  process.send?.(report)
}
