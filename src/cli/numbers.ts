import type { ExpectedVersion } from '../options.ts'
import { UsageError } from './failure.ts'

/** The number that a flag gives; undefined when it is not given. Throws UsageError. */
export function integerOf(text: string | undefined, flag: string, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`${flag} must be a whole number from ${least} on, found ${JSON.stringify(text)}.`)
}

/** A time in seconds, of which there may be a part, as in `0.5`. Throws UsageError. */
export function secondsOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && Number.isFinite(value)) return value
  throw new UsageError(`${flag} must be a number of seconds, found ${JSON.stringify(text)}.`)
}

/** The expected versions that are no numbers. */
export const EXPECTED_VERSIONS = ['any', 'no-stream', 'stream-exists'] as const

/** Throws UsageError for what is no expected version, or is missing. */
export function expectedVersionOf(text: string | undefined): ExpectedVersion {
  const word = EXPECTED_VERSIONS.find((each) => each === text)
  if (word !== undefined) return word
  if (text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  const found = text === undefined ? 'none' : JSON.stringify(text)
  throw new UsageError(
    `--expected-version must be a number, any, no-stream or stream-exists, found ${found}. ` +
      'It says which version you believe the stream to have: nothing is stored when it has another.',
  )
}

/** One of several words, or undefined when it is not given. Throws UsageError. */
export function wordOf<Word extends string>(
  text: string | undefined,
  flag: string,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined
  const found = words.find((word) => word === text)
  if (found !== undefined) return found
  throw new UsageError(`${flag} must be one of ${words.join(', ')}, found ${JSON.stringify(text)}.`)
}
