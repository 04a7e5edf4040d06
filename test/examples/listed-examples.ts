import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = resolve(import.meta.dirname, '../../examples')

/** A row of the table in the README of the examples. */
export interface ListedExample {
  readonly number: string
  readonly file: string
  readonly command: string
}

export const README = readFileSync(join(FOLDER, 'README.md'), 'utf8')

/** The examples that the README lists. */
export function listExamples(): readonly ListedExample[] {
  const rows = README.matchAll(/^\| (\d+) \| .*\]\(([^)]+)\).*\| `([^`]+)` +\|$/gm)
  return [...rows].map(([, number = '', file = '', command = '']) => ({ number, file, command }))
}

/** The files that are there. */
export function exampleFiles(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    .toSorted()
}

export function readExample(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8')
}
