import { parseArgs } from 'node:util'
import { FULL, LARGEST_GROWTH, QUICK, type Sizes } from './sizes.ts'
import { SUITE_NAMES, type SuiteName } from './suites/index.ts'

/** What to measure, as the command line says. */
export interface BenchArguments {
  readonly suites: readonly SuiteName[]
  readonly quick: boolean
  readonly sizes: Sizes
  readonly out: string | undefined
  readonly postgres: string | undefined
}

export const USAGE = `Usage: npm run bench -- [suite…] [--quick] [--large] [--repetitions N] [--out FILE.json] [--postgres DIR]

  suite          ${SUITE_NAMES.join(', ')}; without any, all of them
  --quick        less work, in about two minutes
  --large        growth also with ${LARGEST_GROWTH.toLocaleString('en')} events stored
  --repetitions  how often each case is measured
  --out          the file to write instead of bench/results/<time>.json
  --postgres     the folder with initdb and postgres to start a server from, as in /usr/lib/postgresql/18/bin

Without --postgres: the server of DATABASE_URL, in databases of its own; without that, an embedded server.`

/** Reads the arguments. Throws with a sentence for those that make no sense. */
export function parseArguments(args: readonly string[]): BenchArguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      repetitions: { type: 'string' },
      out: { type: 'string' },
      postgres: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const sizes = values.quick ? QUICK : FULL
  return {
    suites: positionals.length === 0 ? SUITE_NAMES : positionals.map(suiteNamed),
    quick: values.quick,
    sizes: {
      ...sizes,
      repetitions: values.repetitions === undefined ? sizes.repetitions : repetitions(values.repetitions),
      growth: values.large ? [...sizes.growth, LARGEST_GROWTH] : sizes.growth,
    },
    out: values.out === undefined ? undefined : filled('--out', values.out, 'a file'),
    postgres: values.postgres === undefined ? undefined : filled('--postgres', values.postgres, 'a folder'),
  }
}

function suiteNamed(text: string): SuiteName {
  const found = SUITE_NAMES.find((name) => name === text)
  if (found) return found
  throw new Error(`A suite must be one of ${SUITE_NAMES.join(', ')}; found ${JSON.stringify(text)}`)
}

function repetitions(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 1) return value
  throw new Error(`--repetitions must be a whole number of at least 1; found ${JSON.stringify(text)}`)
}

function filled(name: string, text: string, what: string): string {
  if (text.trim() !== '') return text
  throw new Error(`${name} must name ${what}; found nothing`)
}
