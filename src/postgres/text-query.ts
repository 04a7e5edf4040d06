import type pg from 'pg'
import type { Statement, TextRow } from './executor.ts'

/** What the driver's connection offers, and its type declarations leave out or know otherwise. */
interface DriverConnection {
  readonly stream: { cork(): void; uncork(): void }
  /** Statements that this connection has prepared, or is about to: their texts by name. */
  readonly parsedStatements: Record<string, string | undefined>
  parse(statement: { readonly name: string; readonly text: string }): void
  bind(portal: { readonly statement: string; readonly values: readonly unknown[] }): void
  execute(portal: object): void
  sync(): void
}

/** Whether a connection of the driver's has this statement prepared. */
export function isPrepared(driver: unknown, { name = '', text }: Statement): boolean {
  return (driver as DriverConnection).parsedStatements[name] === text
}

/**
 * A statement whose rows are taken as the text that the server sends: the driver's own query asks for a description of the columns,
 * builds parsers from it, and makes another array of each row. Prepared, if it has a name that this connection does not know yet.
 *
 * Another statement may go before it, in the same transaction and round trip; if it has a name, this connection has to know it, as
 * the driver notes one name a query. Its rows are not kept.
 *
 * Written for the driver's queue of queries: it calls these methods with the server's answers.
 */
export class TextQuery implements pg.Submittable {
  readonly name: string
  readonly text: string
  readonly #statements: readonly Statement[]
  #completed = 0
  readonly #rows: TextRow[] = []
  /** Given from outside: one that holds on to this object would keep its rows from being collected for long. */
  callback: (error: Error | null, rows: readonly TextRow[]) => void

  constructor(
    statement: Statement,
    callback: (error: Error | null, rows: readonly TextRow[]) => void,
    first?: Statement,
  ) {
    this.name = statement.name ?? ''
    this.text = statement.text
    this.#statements = first ? [first, statement] : [statement]
    this.callback = callback
  }

  submit(driver: unknown): void {
    const connection = driver as DriverConnection
    connection.stream.cork()
    for (const statement of this.#statements) {
      const { name = '', text, values = [] } = statement
      if (!isPrepared(connection, statement)) connection.parse({ name, text })
      connection.bind({ statement: name, values })
      connection.execute({})
    }
    connection.sync()
    connection.stream.uncork()
  }

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.#rows.push(fields)
  }

  handleRowDescription(): void {}

  handleCommandComplete(): void {
    if (++this.#completed < this.#statements.length) this.#rows.length = 0
  }

  handleError(error: Error): void {
    this.callback(error, [])
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#rows)
  }
}
