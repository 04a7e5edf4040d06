import { TimeoutError } from '../errors.ts'
import type { Queryable } from '../options.ts'
import { describeValue } from '../util/arguments.ts'
import type { Deadline } from '../util/deadline.ts'
import { type Executor, type Query, type Statement, type TextRow, textRows } from './executor.ts'
import { QUERY_CANCELED, sqlStateOf, translateError } from './sqlstate.ts'

/** The longest `statement_timeout`, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** The latest operation on each client. */
const latest = new WeakMap<Queryable, Promise<unknown>>()

/**
 * Runs statements inside a transaction that somebody else began and will commit, through whatever driver he uses. Operations on
 * one client run one after the other, however they were started, as each sets and restores what the others rely on.
 *
 * The server bounds each statement, because a client that is not ours cannot be cancelled; a shorter bound of the caller's holds.
 */
export class CallersTransaction implements Executor {
  readonly inCallersTransaction = true
  readonly roundTrip = 0
  readonly #client: Queryable
  #began = false

  constructor(client: Queryable) {
    this.#client = client
  }

  query<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    return this.transaction(deadline, (query) => query<Row>(statement))
  }

  async readRows(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    return textRows(await this.query<object>(statement, deadline))
  }

  write(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    return this.readRows(statement, deadline)
  }

  transaction<Result>(deadline: Deadline, work: (query: Query) => Promise<Result>): Promise<Result> {
    const result = this.#after(latest.get(this.#client), deadline, work)
    const done = () => {}
    latest.set(this.#client, result.then(done, done))
    return result
  }

  /** A client that is not ours, of whatever driver, is not asked for what its `query` does not offer. */
  async writeAfter(): Promise<undefined> {}

  async copy(): Promise<undefined> {}

  async #after<Result>(
    previous: Promise<unknown> | undefined,
    deadline: Deadline,
    work: (query: Query) => Promise<Result>,
  ): Promise<Result> {
    await previous
    await this.#checkBegun()
    const unbounded = deadline.timeout === Number.POSITIVE_INFINITY
    return work((statement) => (unbounded ? this.#run(statement) : this.#bounded(statement, deadline)))
  }

  /** Outside a transaction a setting that is local to it is gone with the next statement. */
  async #checkBegun(): Promise<void> {
    if (this.#began) return
    await this.#run({ text: "SELECT set_config('eventstore.callers_transaction', 'begun', true) AS state" })
    const [row] = await this.#run<{ state: string | null }>({
      text: "SELECT current_setting('eventstore.callers_transaction', true) AS state",
    })
    this.#began = row?.state === 'begun'
    if (this.#began) return
    throw new TypeError(
      'withClient needs a client inside a transaction: what it is given has none open. BEGIN first, and give it the client ' +
        'that the transaction runs on, not a pool.',
    )
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
    const restore = () =>
      this.#run({ text: "SELECT set_config('statement_timeout', $1, true)", values: [before?.timeout] })
    let rows: readonly Row[]
    try {
      rows = await this.#run<Row>(statement)
    } catch (error) {
      await restore().catch(() => {}) // in an aborted transaction: the caller's ROLLBACK does it
      throw this.#timedOut(error, deadline)
    }
    try {
      await restore()
    } catch (error) {
      throw this.#timedOut(error, deadline) // it has aborted the transaction, and with it what went well before
    }
    return rows
  }

  #timedOut(error: unknown, deadline: Deadline): unknown {
    if (sqlStateOf(error) !== QUERY_CANCELED || deadline.remaining > 0) return error
    return new TimeoutError(deadline.timeout, "in the caller's transaction, which is aborted", { cause: error })
  }

  async #run<Row>(statement: Statement): Promise<readonly Row[]> {
    let answer: { rows: unknown[] } | undefined
    try {
      const { text, values = [] } = statement.asText?.() ?? statement
      answer = await this.#client.query({ text, values })
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
