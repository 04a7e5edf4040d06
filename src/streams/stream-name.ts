import { ReadOnlyStreamError } from '../errors.ts'
import { checkName } from '../util/arguments.ts'

/** The stream of every event of the store, in the order in which they were committed. */
export const ALL = '$all'

/** A stream that can be read: any name of 1 to 1,000 bytes without control characters. */
export function checkStreamName(name: unknown): string {
  return checkName(name, 'Stream name')
}

/** A stream that can be written to: any but `$all`. */
export function checkWritableStream(name: unknown): string {
  const checked = checkStreamName(name)
  if (checked === ALL) throw new ReadOnlyStreamError(checked)
  return checked
}
