import { DatabaseError } from '../errors.ts'

/** The SQLSTATE with which the schema's functions raise the same. */
const RAISE_EXCEPTION = 'P0001'

/** Throws when the database has taken rows without an error and has not kept all of them. */
export function checkKept(kept: number, sent: number): void {
  if (kept === sent) return
  throw new DatabaseError(
    RAISE_EXCEPTION,
    `The database kept ${kept} of ${sent} rows: a trigger or rule on their table drops the others, and what is stored has gaps now. ` +
      'Find it with `eventstore doctor`, and remove it.',
  )
}
