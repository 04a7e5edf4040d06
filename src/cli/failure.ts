import { CommanderError } from 'commander'
import { EventStoreError } from '../errors.ts'

/** 0: done, or nothing to do. 1: failed, or a migration is pending. 2: wrong usage, nothing was done. Else: interrupted. */
export type ExitCode = 0 | 1 | 2 | 130 | 143

/** What the command line, the environment or the config file say cannot be done. */
export class UsageError extends Error {}

/** The question was not answered with yes. */
export class DeclinedError extends Error {}

/** What a command asked for is not there, or cannot be had. `code` is for programs. */
export class RefusedError extends Error {
  constructor(
    readonly code: 'SNAPSHOT_NOT_FOUND' | 'SUBSCRIPTION_NOT_FOUND' | 'CHECKPOINT_AHEAD',
    message: string,
  ) {
    super(message)
  }
}

/** Whoever read standard output wants no more of it, as `head` does. */
export class ReaderGone extends Error {}

/** What is printed cannot be written: a disk is full. */
export class UnwritableError extends Error {
  constructor(cause: Error) {
    super(`Standard output cannot be written: ${cause.message}.`, { cause })
  }
}

/** The reason of the abort when a signal ends the process. */
export class Interruption extends Error {
  constructor(readonly exitCode: 130 | 143) {
    super('Interrupted.')
  }
}

/** An error as the user is told of it. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly exitCode: ExitCode
}

/** What to tell of any error, and the exit code for it. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof Interruption) return { code: 'INTERRUPTED', message: error.message, exitCode: error.exitCode }
  if (error instanceof ReaderGone) return { code: 'READER_GONE', message: error.message, exitCode: 0 }
  if (error instanceof CommanderError) return describeMisuse(error)
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, exitCode: 2 }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RefusedError) return { code: error.code, message, exitCode: 1 }
  if (error instanceof UnwritableError) return { code: 'UNWRITABLE', message, exitCode: 1 }
  if (error instanceof DeclinedError) return { code: 'DECLINED', message, exitCode: 1 }
  return { code: error instanceof EventStoreError ? error.code : 'UNEXPECTED', message, exitCode: 1 }
}

/** Commander also throws when it was asked for help or the version, and has printed it. */
function describeMisuse({ code, exitCode, message }: CommanderError): Failure {
  if (code === 'commander.help') {
    return { code: 'USAGE', message: 'A command is missing: see `eventstore --help`.', exitCode: 2 }
  }
  const text = message
    .replace(/^error: /, '')
    .replace(/^command-argument value/, 'value')
    .replace(/[a-z]*:\/\/.*(?='|$)/is, '…') // a URL in the wrong place: there may be a password in it
    .replaceAll('\n', ' ')
    .replace(/\.$/, '')
  const hint = code === 'commander.unknownOption' ? ' A name that begins like a flag comes behind --.' : ''
  return { code: 'USAGE', message: `${text}.${hint} See \`eventstore --help\`.`, exitCode: exitCode === 0 ? 0 : 2 }
}
