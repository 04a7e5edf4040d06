import type { CopyPlan, Executor, Query, Statement, TextRow } from '../postgres/executor.ts'
import type { Deadline } from '../util/deadline.ts'
import { runMigrations } from './migrate.ts'
import type { SchemaSettings } from './schema.ts'
import { checkSchemaState, readSchemaState } from './schema-state.ts'

/** Finds out, before a store's first operation, whether its schema is there and fits; remembers that it does. */
export class SchemaCheck {
  readonly #settings: SchemaSettings
  readonly #migrate: boolean
  #passed = false

  /** With `migrate` the schema is brought up to date first. */
  constructor(settings: SchemaSettings, { migrate }: { readonly migrate: boolean }) {
    this.#settings = settings
    this.#migrate = migrate
  }

  async pass(executor: Executor, deadline: Deadline): Promise<void> {
    if (this.#passed) return
    if (this.#migrate && !executor.inCallersTransaction) await runMigrations(executor, this.#settings)
    const query: Query = (statement) => executor.query(statement, deadline)
    checkSchemaState(await readSchemaState(query, this.#settings.schema), this.#settings)
    this.#passed = true
  }
}

/** Lets nothing through to an executor until the schema was found to fit. */
export class CheckedExecutor implements Executor {
  readonly #executor: Executor
  readonly #check: SchemaCheck

  constructor(executor: Executor, check: SchemaCheck) {
    this.#executor = executor
    this.#check = check
  }

  get inCallersTransaction(): boolean {
    return this.#executor.inCallersTransaction
  }

  get roundTrip(): number {
    return this.#executor.roundTrip
  }

  async query<Row>(statement: Statement, deadline: Deadline): Promise<readonly Row[]> {
    await this.#check.pass(this.#executor, deadline)
    return this.#executor.query(statement, deadline)
  }

  async readRows(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    await this.#check.pass(this.#executor, deadline)
    return this.#executor.readRows(statement, deadline)
  }

  async write(statement: Statement, deadline: Deadline): Promise<readonly TextRow[]> {
    await this.#check.pass(this.#executor, deadline)
    return this.#executor.write(statement, deadline)
  }

  async writeAfter(
    first: Statement,
    statement: Statement,
    deadline: Deadline,
  ): Promise<readonly TextRow[] | undefined> {
    await this.#check.pass(this.#executor, deadline)
    return this.#executor.writeAfter(first, statement, deadline)
  }

  async transaction<Result>(deadline: Deadline, work: (query: Query) => Promise<Result>): Promise<Result> {
    await this.#check.pass(this.#executor, deadline)
    return this.#executor.transaction(deadline, work)
  }

  async copy<Row>(plan: CopyPlan<Row>, deadline: Deadline): Promise<Row | undefined> {
    await this.#check.pass(this.#executor, deadline)
    return this.#executor.copy(plan, deadline)
  }
}
