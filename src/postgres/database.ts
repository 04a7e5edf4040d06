import { ClosedError, ConnectionError, DatabaseError, TimeoutError } from '../errors.ts'
import { Deadline } from '../util/deadline.ts'
import { Running } from '../util/running.ts'
import { type CopyPlan, type Executor, type Query, type Statement, type TextRow, textRows } from './executor.ts'
import { checkKept } from './kept.ts'
import type { ConnectionSource } from './own-pool.ts'
import { PooledConnection } from './pooled-connection.ts'
import type { Session } from './session.ts'
import { noConnection, PREPARED_ELSEWHERE, sqlStateOf } from './sqlstate.ts'

/** Milliseconds that a transaction of ours may wait for its own client before the server ends it. */
const IDLE_IN_TRANSACTION = 10_000
const ROLLBACK_PATIENCE = 5_000

const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION}`
const DEFAULT_ISOLATION: Statement = { text: "SELECT current_setting('default_transaction_isolation') AS isolation" }
/** What the schema's functions answer in a transaction of another isolation: nothing is stored then. */
const OTHER_ISOLATION: ReadonlySet<unknown> = new Set(['isolation', '{isolation}'])

/**
 * The store's way to its database: a source of connections, opened on first use, with a deadline on every wait.
 *
 * Once it is closed, operations reject with ClosedError; those that run are waited for.
 */
export class Database implements Executor {
  readonly inCallersTransaction = false
  readonly #open: () => ConnectionSource | Promise<ConnectionSource>
  #source: Promise<ConnectionSource> | undefined
  #closed: Promise<void> | undefined
  /** The statements and transactions that are under way. */
  readonly #running = new Running()
  /** Whether a statement without BEGIN is READ COMMITTED here; asked before the first one that writes. */
  #readCommitted: boolean | undefined
  /** False once a pooler was found that hands each statement to another session: nothing has happened then, and need not again. */
  #prepares: boolean
  #roundTrip = Number.POSITIVE_INFINITY

  /** With `prepares: false` no statement is prepared. */
  constructor(open: () => ConnectionSource | Promise<ConnectionSource>, { prepares = true } = {}) {
    this.#open = open
    this.#prepares = prepares
  }

  get roundTrip(): number {
    return Number.isFinite(this.#roundTrip) ? this.#roundTrip : 0
  }

  query<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    return this.#withConnection(deadline, (connection) => this.#run<Row>(connection, statement, deadline))
  }

  readRows(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    return this.#withConnection(deadline, (connection) => this.#readRows(connection, statement, deadline))
  }

  write(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    return this.#withConnection(deadline, async (connection) => {
      if (await this.#isReadCommitted(connection, deadline)) {
        const rows = await this.#readRows(connection, statement, deadline)
        if (!OTHER_ISOLATION.has(rows[0]?.[0])) return rows
        this.#readCommitted = false // somebody has changed the default since it was asked for
      }
      return inTransaction(connection, deadline, async (query) => textRows(await query<object>(statement)))
    })
  }

  writeAfter(first: Statement, statement: Statement, deadline: Deadline): Promise<readonly TextRow[] | undefined> {
    return this.#withConnection(deadline, async (connection) => {
      if (!connection.isDriversOwn || !(await this.#isReadCommitted(connection, deadline))) return undefined
      return this.#preparing((form) => connection.readRowsAfter(form(first), form(statement), deadline), statement)
    })
  }

  transaction<Result>(deadline: Deadline, work: (query: Query) => Promise<Result>): Promise<Result> {
    return this.#withConnection(deadline, (connection) => inTransaction(connection, deadline, work))
  }

  copy<Row>(plan: CopyPlan<Row>, deadline: Deadline): Promise<Row | undefined> {
    return this.#withConnection(deadline, async (connection) =>
      connection.isDriversOwn ? copyInTransaction(connection, plan, deadline) : undefined,
    )
  }

  /** Whether a statement without BEGIN is READ COMMITTED. */
  async #isReadCommitted(connection: PooledConnection, deadline: Deadline): Promise<boolean> {
    if (this.#readCommitted === undefined) {
      const { rows } = await connection.run<{ isolation: string }>(DEFAULT_ISOLATION, deadline)
      this.#readCommitted = rows[0]?.isolation === 'read committed'
    }
    return this.#readCommitted
  }

  async #run<Row>(connection: PooledConnection, statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    const { rows } = await this.#preparing((form) => connection.run<Row>(form(statement), deadline), statement)
    return rows
  }

  #readRows(connection: PooledConnection, statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    return this.#preparing((form) => connection.readRows(form(statement), deadline), statement)
  }

  /** Runs a statement prepared, if it has a name, or unprepared where that cannot be: `run` is told in which form. */
  async #preparing<Result>(
    run: (form: (statement: Statement) => Statement) => Promise<Result>,
    { name }: Statement,
  ): Promise<Result> {
    if (name !== undefined && this.#prepares) {
      try {
        return await this.#timed(() => run((statement) => statement))
      } catch (error) {
        if (!PREPARED_ELSEWHERE.has(sqlStateOf(error) ?? '')) throw error
        this.#prepares = false
      }
    }
    return this.#timed(() => run(unprepared))
  }

  async #timed<Result>(run: () => Promise<Result>): Promise<Result> {
    const started = performance.now()
    const result = await run()
    this.#roundTrip = Math.min(this.#roundTrip, performance.now() - started)
    return result
  }

  /** Opens a dedicated connection; `purpose` tells what it is for in `application_name`. */
  async openSession(purpose: string): Promise<Session> {
    if (this.#closed) throw new ClosedError()
    this.#source ??= this.#openSource()
    return (await this.#source).openSession(purpose)
  }

  /** Waits for what is under way, and closes every connection. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await this.#running.idle()
    const source = await this.#source?.catch(() => undefined)
    await source?.end()
  }

  async #withConnection<Result>(
    deadline: Deadline,
    work: (connection: PooledConnection) => Promise<Result>,
  ): Promise<Result> {
    if (this.#closed) throw new ClosedError()
    return this.#running.run(() => this.#takeStep(deadline, work))
  }

  async #takeStep<Result>(
    deadline: Deadline,
    work: (connection: PooledConnection) => Promise<Result>,
  ): Promise<Result> {
    const connection = await this.#connect(deadline)
    try {
      return await work(connection)
    } finally {
      void connection.release()
    }
  }

  async #connect(deadline: Deadline): Promise<PooledConnection> {
    this.#source ??= this.#openSource()
    const connecting = this.#source.then((source) => source.connect())
    let stopWatching = () => {}
    const expired = new Promise<never>((_, reject) => {
      stopWatching = deadline.onExpired(() => {
        connecting.then(
          (client) => client.release(),
          () => {},
        )
        reject(new TimeoutError(deadline.timeout, 'waiting for a connection'))
      })
    })
    try {
      const connection = new PooledConnection(await Promise.race([connecting, expired]))
      if (!connection.inTransaction) return connection
      void connection.release()
      throw new ConnectionError(
        'The pool handed out a connection with an open transaction: what is stored there would not be committed. ' +
          'Find out who releases connections without COMMIT or ROLLBACK.',
      )
    } catch (error) {
      throw error instanceof TimeoutError || error instanceof ConnectionError ? error : noConnection(error)
    } finally {
      stopWatching()
    }
  }

  async #openSource(): Promise<ConnectionSource> {
    try {
      return await this.#open()
    } catch (error) {
      this.#source = undefined
      throw error
    }
  }
}

function unprepared({ name, asText, ...statement }: Statement): Statement {
  return asText ? { ...statement, asText: () => unprepared(asText()) } : statement
}

async function inTransaction<Result>(
  connection: PooledConnection,
  deadline: Deadline,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const result = await orRollBack(connection, async () => {
    await connection.script(BEGIN, deadline)
    return work(async <Row>(statement: Statement) => (await connection.run<Row>(unprepared(statement), deadline)).rows)
  })
  const { command } = await connection.run({ text: 'COMMIT' }, deadline)
  checkCommitted(command)
  return result
}

/** One round trip to begin and learn what to copy, another to copy and commit: the client is waited for once, for what it has ready. */
async function copyInTransaction<Row>(
  connection: PooledConnection,
  { first, into, content }: CopyPlan<Row>,
  deadline: Deadline,
): Promise<Row | undefined> {
  return orRollBack(connection, async () => {
    const results = await connection.script<Row>(`${BEGIN}; ${first}`, deadline)
    const row = results.at(-1)?.rows[0]
    const copied = row && content(row)
    if (copied) {
      const tags = await connection.copyIn(`COPY ${into} FROM STDIN (FORMAT binary); COMMIT`, copied.chunks, deadline)
      checkCommitted(tags.at(-1))
      checkKept(Number(tags[0]?.replace('COPY ', '')), copied.rows)
    } else {
      await connection.run({ text: 'ROLLBACK' }, deadline)
    }
    return row
  })
}

async function orRollBack<Result>(connection: PooledConnection, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await connection.run({ text: 'ROLLBACK' }, new Deadline(ROLLBACK_PATIENCE)).catch(() => {})
    throw error
  }
}

function checkCommitted(tag: string | undefined): void {
  if (tag !== 'COMMIT') throw new DatabaseError('25P02', `COMMIT was answered by ${tag}: nothing was stored.`)
}
