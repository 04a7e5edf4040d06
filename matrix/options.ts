import { parseArgs } from 'node:util'
import { type Combination, chooseCombinations } from './combinations.ts'
import { NODE, POSTGRES } from './versions.ts'

/** What to run, as the command line says. */
export interface MatrixOptions {
  readonly combinations: readonly Combination[]
  /** Filters of test files, as vitest takes them; none for the whole suite. */
  readonly only: readonly string[]
  readonly out: string | undefined
}

export const USAGE = `Usage: npm run test:matrix -- [--postgres 13,18] [--node 20,24] [--only FILTER] [--out FILE.json]

  --postgres  versions of PostgreSQL: ${majors(POSTGRES)}
  --node      versions of Node: ${majors(NODE)}
  --only      only test files whose path contains this; may be repeated
  --out       the file to record the results of the whole suite in

Without --postgres and --node: every PostgreSQL on the oldest Node, and the newest PostgreSQL on every Node.`

/** Reads the arguments. Throws with a sentence for those that make no sense. */
export function readOptions(args: readonly string[]): MatrixOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      postgres: { type: 'string' },
      node: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const combinations = chooseCombinations({ postgres: list(values.postgres), node: list(values.node) })
  for (const filter of values.only) refuseEmpty('--only', filter)
  if (values.out !== undefined) refuseEmpty('--out', values.out)
  if (values.out !== undefined && values.only.length > 0) {
    throw new Error('--out records what holds for the whole suite, so it cannot go with --only')
  }
  return { combinations, only: values.only, out: values.out }
}

function list(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((part) => part.trim())
}

function refuseEmpty(option: string, text: string): void {
  // A filter that begins with a dash would be an option of vitest's.
  if (text.trim() === '' || text.startsWith('-'))
    throw new Error(`${option} needs a value; found ${JSON.stringify(text)}`)
}

function majors(versions: readonly { readonly major: string }[]): string {
  return versions.map(({ major }) => major).join(', ')
}
