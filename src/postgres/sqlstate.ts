import { ConnectionError, DatabaseError, EventStoreError, TimeoutError } from '../errors.ts'

/** The SQLSTATEs that the store acts on. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const UNIQUE_VIOLATION = '23505'
export const INVALID_CATALOG_NAME = '3D000'
export const DUPLICATE_DATABASE = '42P04'
export const QUERY_CANCELED = '57014'
const READ_ONLY_TRANSACTION = '25006'
/** What the store reports when a caller's transaction is not READ COMMITTED. */
export const INAPPROPRIATE_ISOLATION_LEVEL = '25004'

/** A prepared statement is not there, or is there already: what was prepared went to another session. */
export const PREPARED_ELSEWHERE: ReadonlySet<string> = new Set(['26000', '42P05'])

/** Connection exceptions, sessions whose time is up, failed authentication, no such database, too many connections, and servers that go or come. */
const NO_CONNECTION = /^(08|25P0[34]|28|3D000|53300|57P0[1235])/

/** An SQLSTATE: five characters; neither a system error (`EPIPE`) nor a code of another tool (`P2010`). */
const SQLSTATE = /^(?![EP][A-Z1-9])[0-9A-Z]{5}$/

/**
 * What a server may also report that goes down this moment: it cannot write its log, has found a file broken, or is out of
 * something. Whether the transaction was committed is then not known: its commit may stand in the log.
 */
const PERHAPS_A_CRASH = /^(53|58|XX)/

/** A table, type or function that is there already. */
const NAME_TAKEN = /^(42P07|42710|42723)$/

/** What a column cannot hold: data exceptions (but for a sequence at its end), and limits of PostgreSQL's own. */
const CONTENT_REFUSED = /^(22(?!00H)|54)/

/** Where a server refuses that would run out of transaction ids: by a state that also says that content is too large. */
const OUT_OF_IDS = /^GetNew(TransactionId|MultiXactId)$/

/** Refusals of the database that pass: read-only until it is promoted, a conflict, out of resources, an operator's doing, an error of the system. */
const PASSING = /^(25006|40|53|55|57|58)/

/** Refusals about which the server tells the row or the value: data exceptions, violated constraints, limits. */
const TELLS_DATA = /^(22|23|54)/

/** The SQLSTATE of a driver's error, also of one that a query builder has wrapped; undefined when there is none. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const { code, cause, original, meta } = error as {
      code?: unknown
      cause?: unknown
      original?: unknown
      meta?: unknown
    }
    if (typeof code === 'string' && SQLSTATE.test(code)) return code
    error = cause ?? original ?? meta
  }
  return undefined
}

export function isNameTaken(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && NAME_TAKEN.test(error.sqlState)
}

export function isContentRefused(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && CONTENT_REFUSED.test(error.sqlState) && !isOutOfIds(error)
}

/** Whether the server may have gone down with this error, so that nobody knows what was stored. */
export function isPerhapsCrash(error: EventStoreError): boolean {
  return error instanceof DatabaseError && PERHAPS_A_CRASH.test(error.sqlState)
}

/** Whether the session that was refused is read-only. */
export function isReadOnlySession(error: EventStoreError): boolean {
  return error instanceof DatabaseError && error.sqlState === READ_ONLY_TRANSACTION
}

/** The name of the constraint that a driver's error is about, also of one that a query builder has wrapped. */
export function constraintOf(error: unknown): string | undefined {
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const { constraint, constraint_name, cause, original } = error as Record<string, unknown>
    const name = constraint ?? constraint_name
    if (typeof name === 'string') return name
    error = cause ?? original
  }
  return undefined
}

/** Whether trying again may help. */
export function isPassing(error: unknown): error is ConnectionError | TimeoutError | DatabaseError {
  if (!(error instanceof EventStoreError)) return false
  if (error instanceof DatabaseError) return PASSING.test(error.sqlState) || isOutOfIds(error)
  return error instanceof TimeoutError || error.code === 'CONNECTION'
}

/** Whether the server takes no transactions that write, until it was vacuumed. */
function isOutOfIds({ cause }: DatabaseError): boolean {
  return cause instanceof Error && 'routine' in cause && OUT_OF_IDS.test(String(cause.routine))
}

/** The store's error for a driver's: no connection, or the database's refusal. Errors of the store's own pass through. */
export function translateError(error: unknown): EventStoreError {
  if (error instanceof EventStoreError) return error
  const sqlState = sqlStateOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (sqlState === undefined || NO_CONNECTION.test(sqlState)) return noConnection(error)
  if (TELLS_DATA.test(sqlState)) hideData(error)
  return new DatabaseError(
    sqlState,
    `The database refused, and nothing was stored: ${message} (SQLSTATE ${sqlState})`,
    {
      cause: error,
    },
  )
}

/** Takes out of a driver's error, also of one that a query builder has wrapped, what it says of data: errors end up in logs. */
function hideData(error: unknown): void {
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const told = error as { detail?: unknown; where?: unknown; cause?: unknown; original?: unknown }
    if (told.detail !== undefined) told.detail = undefined
    if (told.where !== undefined) told.where = undefined
    error = told.cause ?? told.original
  }
}

/** The error of a connection that could not be opened, or was lost. */
export function noConnection(error: unknown): ConnectionError {
  const message = describeFailure(error)
  return new ConnectionError(
    `No connection to PostgreSQL: ${message}. Check that the server runs and that the address is right.`,
    {
      cause: error,
    },
  )
}

/** Node's error for a host with several addresses has no message of its own. */
function describeFailure(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describeFailure).join(', ')
  return error instanceof Error ? error.message : String(error)
}
