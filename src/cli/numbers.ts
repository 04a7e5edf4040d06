import type { ExpectedVersion } from '../options.ts'
import { UsageError } from './failure.ts'

/** The number that a flag gives; undefined when it is not given. Throws UsageError. */
export function integerOf(text: string | undefined, flag: string, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`${flag} must be a whole number from ${least} on, found ${JSON.stringify(text)}.`)
}

/** Throws UsageError for what is no expected version, or is missing. */
export function expectedVersionOf(text: string | undefined): ExpectedVersion {
  if (text === 'any' || text === 'no-stream' || text === 'stream-exists') return text
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
