import { PassThrough, Readable } from 'node:stream'
import { run } from '../../src/cli/run.ts'

/** What a command printed, and how it ended. */
export interface Printed {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** The lines of standard output as JSON. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

export interface CommandLineOptions {
  /** What is typed, or piped in. */
  readonly input?: string
  /** Columns of the terminal that it runs in; none is a pipe. */
  readonly columns?: number
  readonly signal?: AbortSignal
  /** Where it is run, and a config file looked for. */
  readonly folder?: string
  /** Variables of the environment besides DATABASE_URL. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Called with what is on standard output so far, whenever something comes. */
  readonly onOutput?: (stdout: string) => void
  /** The same for standard error. */
  readonly onError?: (stderr: string) => void
}

/** Runs a command line of `eventstore` in this process, on a database. */
export async function commandLine(
  connectionString: string,
  args: readonly string[],
  {
    input = '',
    columns,
    signal = new AbortController().signal,
    folder = import.meta.dirname,
    env = {},
    onOutput = () => {},
    onError = () => {},
  }: CommandLineOptions = {},
): Promise<Printed> {
  const printed = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr') => {
    const terminal = columns === undefined ? {} : { isTTY: true, columns, hasColors: () => false }
    return Object.assign(new PassThrough(), terminal).on('data', (chunk) => {
      printed[name] += chunk
      if (name === 'stdout') onOutput(printed.stdout)
      else onError(printed.stderr)
    })
  }
  const exitCode = await run(args, {
    env: { DATABASE_URL: connectionString, ...env },
    folder,
    stdin: Readable.from(input === '' ? [] : [input]),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    signal,
  })
  await new Promise(setImmediate) // for what is still in the pipes
  return {
    exitCode,
    ...printed,
    get rows() {
      return printed.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    },
  }
}
