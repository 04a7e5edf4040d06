import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { faultOf, type Result } from './result.ts'

/** One line of the file of results. */
export interface Entry {
  readonly postgres: string
  readonly node: string
  readonly date: string
  readonly holds: boolean
  readonly files: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds: number
  /** File and title of each test that failed. */
  readonly failures: readonly string[]
}

/** Puts the result into the file. What it says about other combinations stays, so that a matrix can be run in parts. */
export async function recordResult(path: string, result: Result, date: string): Promise<void> {
  const old = existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as readonly Entry[]) : []
  await writeFile(path, `${JSON.stringify(replaceEntry(old, toEntry(result, date)), undefined, 2)}\n`)
}

/** With the new entry instead of one of the same major versions, in ascending order. */
export function replaceEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const others = entries.filter((other) => compareMajors(other, entry) !== 0)
  return [...others, entry].sort(compareMajors)
}

function compareMajors(a: Entry, b: Entry): number {
  return majorOf(a.postgres) - majorOf(b.postgres) || majorOf(a.node) - majorOf(b.node)
}

function toEntry(result: Result, date: string): Entry {
  const { combination, files, passed, failed, skipped, seconds, failures } = result
  return {
    postgres: result.postgres || combination.postgres.major,
    node: result.node || combination.node.major,
    date,
    holds: faultOf(result) === undefined,
    files,
    passed,
    failed,
    skipped,
    seconds: Math.round(seconds),
    failures: failures.map(({ where }) => where),
  }
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}
