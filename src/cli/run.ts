import type { Command } from 'commander'
import { untilAborted } from '../util/abort.ts'
import type { CommandDefinition, Flags, LocalCommandDefinition } from './command.ts'
import { readConfigFile } from './config-file.ts'
import { describeFailure, type ExitCode, type Failure } from './failure.ts'
import { Output } from './output.ts'
import { createProgram } from './program.ts'
import { fromEnvironment, fromFlags, resolveSettings } from './settings.ts'
import type { Sink, Source } from './stdio.ts'
import { createTerminal } from './terminal.ts'

/** What the CLI needs of its process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The current folder. */
  readonly folder: string
  readonly stdin: Source
  readonly stdout: Sink
  readonly stderr: Sink
  /** Aborts with an `Interruption`. */
  readonly signal: AbortSignal
}

/** Runs one command line, and resolves to the exit code. Never rejects: what fails is reported. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdin, stdout, stderr, signal } = surroundings
  // A command line that cannot be parsed is to be reported in JSON, too.
  const json = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length).includes('--json')
  const output = new Output({ json, stdout, stderr, dumb: surroundings.env.TERM === 'dumb' })
  const terminal = createTerminal(stdin, stderr, signal)
  let exitCode: ExitCode = 0
  let endless = false
  const actionOf = (definition: CommandDefinition | LocalCommandDefinition) => async (command: Command) => {
    endless = definition.endless ?? false
    const flags = command.optsWithGlobals<Flags>()
    const context = { command: command.name(), operands: command.args, flags, output, terminal, stdin, signal }
    exitCode =
      'runLocally' in definition
        ? await definition.runLocally({ ...context, program })
        : await definition.handler({ ...context, settings: await readSettings(flags, surroundings) })
  }
  const program = createProgram(actionOf, {
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => json || stderr.write(text),
    width: stdout.isTTY ? stdout.columns || undefined : undefined, // some terminals do not know: 0
  })
  let failure = await failureOf(program.parseAsync(args, { from: 'user' }))
  if (!failure || failure.exitCode === 0) failure = await failureOf(untilAborted(output.flushed(), signal))
  if (!failure || failure.exitCode === 0) return exitCode
  const isExpected = endless && failure.code === 'INTERRUPTED'
  if (isExpected && stderr.isTTY) stderr.write('\n') // behind the ^C that the terminal shows
  if (!isExpected) output.fail(failure)
  return failure.exitCode
}

async function failureOf(work: Promise<unknown>): Promise<Failure | undefined> {
  return work.then(() => undefined, describeFailure)
}

async function readSettings(flags: Flags, { env, folder }: Surroundings) {
  const file = await readConfigFile(folder, flags.config)
  return resolveSettings([fromFlags(flags), fromEnvironment(env), ...(file ? [file] : [])])
}
