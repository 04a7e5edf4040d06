import { DatabaseError } from '../errors.ts'
import { INAPPROPRIATE_ISOLATION_LEVEL } from '../postgres/sqlstate.ts'

/** The refusal of a caller's transaction whose snapshot may be older than the write lock. */
export function refuseIsolation(): DatabaseError {
  return new DatabaseError(
    INAPPROPRIATE_ISOLATION_LEVEL,
    'Writing needs a READ COMMITTED transaction: one at REPEATABLE READ or SERIALIZABLE sees the store as it was before the ' +
      'write lock was had, and could break the order of events. Begin it with ISOLATION LEVEL READ COMMITTED.',
  )
}
