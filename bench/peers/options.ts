import { parseArgs } from 'node:util'

/** What is asked for on the command line. */
export interface PeersOptions {
  readonly only: string | undefined
  readonly quick: boolean
  readonly large: boolean
  readonly strict: boolean
  readonly out: string | undefined
  readonly postgres: string | undefined
}

export const USAGE = `Compares the store with Emmett, and with ceilings set by PostgreSQL.

Usage: npm run bench:peers -- [options]

  --only TEXT         run the goals in whose line TEXT occurs: read, Emmett, catch-up …
  --quick             smaller sizes, fewer repetitions
  --large             store 10,000,000 events for the goal of growth, not 1,000,000
  --out FILE          write what was measured, and the goals, as JSON
  --strict            exit with 1 when a goal is not met
  --postgres FOLDER   start a server from the programs initdb and postgres in this folder
  --help

Measures on DATABASE_URL, else on a server that it starts and removes again.`

/** Reads the command line. Throws for what it does not know. */
export function readOptions(args: readonly string[]): PeersOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      out: { type: 'string' },
      postgres: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { only, quick, large, strict, out, postgres } = values
  return { only, quick, large, strict, out, postgres }
}
