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

/**
 * A statement whose rows are taken as the text that the server sends: the driver's own query asks for a description of the columns,
 * builds parsers from it, and makes another array of each row. Prepared, if it has a name that this connection does not know yet.
 *
 * Written for the driver's queue of queries: it calls these methods with the server's answers.
 */
export class TextQuery implements pg.Submittable {
  readonly name: string
  readonly text: string
  readonly #values: readonly unknown[]
  readonly #rows: TextRow[] = []
  /** Given from outside: one that holds on to this object would keep its rows from being collected for long. */
  callback: (error: Error | null, rows: readonly TextRow[]) => void

  constructor(
    { name = '', text, values = [] }: Statement,
    callback: (error: Error | null, rows: readonly TextRow[]) => void,
  ) {
    this.name = name
    this.text = text
    this.#values = values
    this.callback = callback
  }

  submit(driver: unknown): void {
    const connection = driver as DriverConnection
    connection.stream.cork()
    if (connection.parsedStatements[this.name] !== this.text) connection.parse({ name: this.name, text: this.text })
    connection.bind({ statement: this.name, values: this.#values })
    connection.execute({})
    connection.sync()
    connection.stream.uncork()
  }

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.#rows.push(fields)
  }

  handleRowDescription(): void {}

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback(error, [])
  }

  handleReadyForQuery(): void {
    this.callback(null, this.#rows)
  }
}
