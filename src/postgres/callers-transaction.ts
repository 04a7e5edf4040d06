import { TimeoutError } from '../errors.ts'
import type { Queryable } from '../options.ts'
import { describeValue } from '../util/arguments.ts'
import type { Deadline } from '../util/deadline.ts'
import type { Executor, Query, Statement } from './executor.ts'
import { QUERY_CANCELED, sqlStateOf, translateError } from './sqlstate.ts'

/** The longest `statement_timeout`, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** The latest statement on each client. */
const latest = new WeakMap<Queryable, Promise<unknown>>()

/**
 * Runs statements one at a time inside a transaction that somebody else began and will commit, through whatever driver he uses.
 * The server bounds each statement, because a client that is not ours cannot be cancelled; a shorter bound of the caller's holds.
 */
export class CallersTransaction implements Executor {
  readonly inCallersTransaction = true
  readonly #client: Queryable

  constructor(client: Queryable) {
    this.#client = client
  }

  query<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    // Operations that run at the same time would restore each other's settings.
    const rows = this.#after<Row>(latest.get(this.#client), statement, deadline)
    const done = () => {}
    latest.set(this.#client, rows.then(done, done))
    return rows
  }

  write<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    return this.query(statement, deadline)
  }

  async transaction<Result>(deadline: Deadline, work: (query: Query) => Promise<Result>): Promise<Result> {
    return work((statement) => this.query(statement, deadline))
  }

  async #after<Row>(
    previous: Promise<unknown> | undefined,
    statement: Statement,
    deadline: Deadline,
  ): Promise<readonly Row[]> {
    await previous
    return deadline.timeout === Number.POSITIVE_INFINITY ? this.#run(statement) : this.#bounded(statement, deadline)
  }

  async #bounded<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    const [before] = await this.#run<{ timeout: string }>({
      text: `
        SELECT current_setting('statement_timeout') AS timeout,
          set_config('statement_timeout', CASE
            WHEN current_setting('statement_timeout')::interval BETWEEN '1 ms' AND $1::text::interval
            THEN current_setting('statement_timeout')
            ELSE $1::text
          END, true) AS changed`,
      values: [`${Math.min(LONGEST, Math.max(1, Math.ceil(deadline.remaining)))}ms`],
    })
    try {
      return await this.#run<Row>(statement)
    } catch (error) {
      if (sqlStateOf(error) === QUERY_CANCELED && deadline.remaining === 0) {
        throw new TimeoutError(deadline.timeout, "in the caller's transaction, which is aborted", { cause: error })
      }
      throw error
    } finally {
      await this.#restore(before?.timeout)
    }
  }

  async #restore(timeout: string | undefined): Promise<void> {
    // In an aborted transaction this fails, and the caller's ROLLBACK restores the setting.
    await this.#run({ text: "SELECT set_config('statement_timeout', $1, true)", values: [timeout] }).catch(() => {})
  }

  async #run<Row>(statement: Statement): Promise<readonly Row[]> {
    let answer: { rows: unknown[] } | undefined
    try {
      answer = await this.#client.query({ text: statement.text, values: statement.values ?? [] })
    } catch (error) {
      throw translateError(error)
    }
    if (Array.isArray(answer?.rows)) return answer.rows as Row[]
    throw new TypeError(
      `withClient needs a client whose query resolves to { rows: [...] }, found ${describeValue(answer)}. ` +
        'For other drivers than pg see pg-event-store/adapters.',
    )
  }
}
