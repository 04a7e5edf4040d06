import type { Deadline } from '../util/deadline.ts'

/** SQL with `$n` for its values. */
export interface Statement {
  /** Of a statement that is worth preparing; it is prepared only where each session has statements of its own. */
  readonly name?: string
  readonly text: string
  readonly values?: unknown[]
  /** The same for a driver of which is not known that it takes values in binary form, or hands columns out as they were sent. */
  readonly asText?: () => Statement
}

/** A row as the server sends it: the columns in order, each as text. */
export type TextRow = readonly (string | null)[]

/** Runs one statement, and resolves to its rows. */
export type Query = <Row>(statement: Statement) => Promise<readonly Row[]>

/** A transaction that ends with a COPY of what its first statement has told to copy. */
export interface CopyPlan<Row> {
  /** Its text, complete with its values: it goes to the server together with BEGIN. */
  readonly first: string
  /** Where to: a table and its columns. */
  readonly into: string
  /** What to copy, in the binary format, and how many rows it has, given the row of the first statement; undefined: nothing, all is rolled back. */
  readonly content: (row: Row) => { readonly chunks: readonly Uint8Array[]; readonly rows: number } | undefined
}

/**
 * Where an operation's statements run: on connections of a pool, or inside a transaction of the caller's. Whatever it rejects
 * with is an `EventStoreError`.
 */
export interface Executor {
  /** Whether the statements are part of a transaction that the caller commits. */
  readonly inCallersTransaction: boolean
  /** Milliseconds that the fastest statement so far has taken: about what a round trip costs. 0 while none has run. */
  readonly roundTrip: number
  /** Runs one statement. */
  query<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]>
  /** Runs one statement whose values are text or buffers, and whose columns are taken as the text that the server sends. */
  readRows(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]>
  /** The same for one that writes, in a READ COMMITTED transaction of its own or in the caller's. */
  write(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]>
  /**
   * Runs two statements in one READ COMMITTED transaction of their own, and in one round trip: what the second one reads is what
   * was committed when the first one had ended. Resolves to the rows of the second; to undefined where connections send one
   * statement at a time, and then nothing has happened.
   */
  writeAfter(first: Statement, statement: Statement, deadline: Deadline): Promise<readonly TextRow[] | undefined>
  /** Runs several statements in one READ COMMITTED transaction of its own, or in the caller's. */
  transaction<Result>(deadline: Deadline, work: (query: Query) => Promise<Result>): Promise<Result>
  /**
   * Copies in a READ COMMITTED transaction of its own, in two round trips. Resolves to the row of the first statement; to undefined
   * where connections cannot copy, and then nothing has happened.
   */
  copy<Row>(plan: CopyPlan<Row>, deadline: Deadline): Promise<Row | undefined>
}

/** An executor inside a transaction that is under way already. */
export function executorWithin(query: Query, { inCallersTransaction, roundTrip }: Executor): Executor {
  return {
    inCallersTransaction,
    roundTrip,
    query: (statement) => query(statement),
    readRows: async (statement) => textRows(await query(statement.asText?.() ?? statement)),
    write: async (statement) => textRows(await query(statement)),
    writeAfter: async () => undefined,
    transaction: (_, work) => work(query),
    copy: async () => undefined,
  }
}

/** The rows of a driver that makes objects of them. */
export function textRows(rows: readonly object[]): readonly TextRow[] {
  return rows.map((row) => Object.values(row))
}
