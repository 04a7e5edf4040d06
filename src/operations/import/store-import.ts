import { DatabaseError } from '../../errors.ts'
import { checkSchemaState, readSchemaState } from '../../migrations/schema-state.ts'
import { notifyStatement } from '../../notifications/notify-statement.ts'
import type { Payload } from '../../options.ts'
import { connectionSource } from '../../postgres/connection-source.ts'
import { Database } from '../../postgres/database.ts'
import type { Query } from '../../postgres/executor.ts'
import { quoteIdentifier } from '../../postgres/identifier.ts'
import { Deadline } from '../../util/deadline.ts'
import { KINDS, type Kind } from '../export/format.ts'
import { ContentConverter } from './content-converter.ts'
import { type CopyTarget, copyEvents, copySnapshots, lockStatements } from './copies.ts'
import { checkGuard, type Guard, readGuard } from './guard.ts'
import { ImportRefusedError } from './import-refused.ts'
import { insertLinks, insertStreams, insertSubscriptions, raiseFloors } from './insertions.ts'
import type { RecordOf, StoreRecord } from './records.ts'
import { StoredRecords } from './stored-records.ts'

/** Milliseconds for one batch, which may have to wait for the write lock. */
const TIMEOUT = 600_000

/** What the database refuses for one record among others: data exceptions, violated constraints, limits. */
const ABOUT_A_RECORD = /^(22|23|54)/

/**
 * Writes the records of another store into an empty one, as they were: positions, versions, ids and times. Nothing is known of where
 * they come from.
 *
 * Kind by kind, in their order, what the store holds already is compared with what is given, and what it does not hold is added:
 *
 *   comparing ──the store holds no more of this kind, nor of any later one──► adding
 *       └──something differs──► refused                                          └──somebody else has written──► refused
 *
 * So an import that was interrupted is repeated from its beginning, adds what is missing, and changes nothing in a store that holds
 * something else. The store's rules hold all the time:
 * - events are added in transactions that hold the write lock, at positions after all that there are: who follows misses none;
 * - versions that are given but not used, `$all`'s among them, are noted after the events: a follower would go past those to come;
 * - checkpoints come last: none is past its stream's end.
 */
export class StoreImport implements AsyncDisposable {
  readonly payload: Payload
  readonly #database: Database
  readonly #schema: string
  readonly #converter: ContentConverter
  #guard: Guard
  /** The kind that is compared now; undefined once records are added. */
  #stored: StoredRecords | undefined
  #kind: Kind = KINDS[0]

  private constructor(database: Database, schema: string, payload: Payload, guard: Guard) {
    this.#database = database
    this.#schema = schema
    this.payload = payload
    this.#converter = new ContentConverter(payload)
    this.#guard = guard
    this.#stored = new StoredRecords(this.#kind, database, schema)
  }

  /** Opens a store to import into. Rejects with MigrationRequiredError where there is none. */
  static async open(options: { readonly connectionString: string; readonly schemaName: string }): Promise<StoreImport> {
    const { connectionString, schemaName } = options
    const database = new Database(connectionSource({ connectionString, poolSize: 2 }, () => {}))
    try {
      const query: Query = (statement) => database.query(statement, new Deadline(TIMEOUT))
      const schema = quoteIdentifier(schemaName)
      const state = await readSchemaState(query, schemaName)
      const payload = state.payload ?? 'json'
      checkSchemaState(state, { schema: schemaName, payload })
      return new StoreImport(database, schema, payload, await readGuard(query, schema))
    } catch (error) {
      await database.close()
      throw error
    }
  }

  /**
   * Compares or adds records. They come in the order of the kinds, and within a kind in theirs; calls do not overlap. Resolves to how
   * many were added: the others were there already. Rejects with ImportRefusedError, which names the record; those before it may have
   * been added.
   */
  async write(records: readonly StoreRecord[]): Promise<number> {
    let added = 0
    for (let start = 0; start < records.length; ) {
      const kind = (records[start] as StoreRecord).record
      const next = records.findIndex((record, index) => index > start && record.record !== kind)
      const end = next === -1 ? records.length : next
      await this.#enter(kind)
      added += await offsetting(start, () => this.#writeSection(kind, records.slice(start, end)))
      start = end
    }
    return added
  }

  /** Makes sure that the store holds nothing but what was written. */
  async finish(): Promise<void> {
    await this.#enter(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close()
  }

  /** Leaves the kinds before this one (undefined: all), of which the store must hold no more. */
  async #enter(kind: Kind | undefined): Promise<void> {
    const last = kind === undefined ? KINDS.length : KINDS.indexOf(kind)
    if (last < KINDS.indexOf(this.#kind))
      throw new RangeError(`records of ${kind} must come before those of ${this.#kind}`)
    while (this.#kind !== kind) {
      await this.#stored?.checkNoMore('after those of the import')
      const next = KINDS[KINDS.indexOf(this.#kind) + 1]
      if (next === undefined) return
      this.#kind = next
      if (this.#stored) this.#stored = new StoredRecords(next, this.#database, this.#schema)
    }
  }

  async #writeSection(kind: Kind, records: readonly StoreRecord[]): Promise<number> {
    const matched = (await this.#stored?.match(records)) ?? 0
    if (matched === records.length) return 0
    if (this.#stored) await this.#beginAdding(kind)
    await offsetting(matched, () => this.#add(kind, records.slice(matched)))
    return records.length - matched
  }

  /** Nothing may be there that comes after what is to be added. */
  async #beginAdding(kind: Kind): Promise<void> {
    for (const later of KINDS.slice(KINDS.indexOf(kind) + 1)) {
      await new StoredRecords(later, this.#database, this.#schema).checkNoMore(`before all ${kind}s are there`)
    }
    this.#stored = undefined
  }

  /** Adds records of one kind; when the database refuses one of them, those before it, and names it. */
  async #add(kind: Kind, records: readonly StoreRecord[]): Promise<void> {
    try {
      await this.#addTogether(kind, records)
    } catch (error) {
      if (!(error instanceof DatabaseError) || !ABOUT_A_RECORD.test(error.sqlState)) throw error
      if (records.length === 1) throw new ImportRefusedError(error.message, { index: 0, cause: error.cause })
      const half = Math.ceil(records.length / 2)
      await this.#add(kind, records.slice(0, half))
      await offsetting(half, () => this.#add(kind, records.slice(half)))
    }
  }

  async #addTogether(kind: Kind, records: readonly StoreRecord[]): Promise<void> {
    switch (kind) {
      case 'stream':
        return this.#insert(records as readonly RecordOf<'stream'>[], insertStreams)
      case 'event':
        return this.#addEvents(records as readonly RecordOf<'event'>[])
      case 'link':
        await this.#insert(records as readonly RecordOf<'link'>[], insertLinks)
        return this.#announce()
      case 'version':
        return this.#insert(records as readonly RecordOf<'version'>[], raiseFloors)
      case 'snapshot':
        await this.#database.copy(
          copySnapshots(this.#target, records as readonly RecordOf<'snapshot'>[]),
          new Deadline(TIMEOUT),
        )
        return
      case 'subscription':
        return this.#insert(records as readonly RecordOf<'subscription'>[], insertSubscriptions)
      default:
        return kind satisfies never
    }
  }

  async #addEvents(records: readonly RecordOf<'event'>[]): Promise<void> {
    await this.#database.copy(copyEvents(this.#target, records), new Deadline(TIMEOUT))
    this.#guard = { ...this.#guard, position: String(records.at(-1)?.position) }
    await this.#announce()
  }

  async #insert<Each>(
    records: readonly Each[],
    insert: (query: Query, schema: string, records: readonly Each[]) => Promise<void>,
  ): Promise<void> {
    this.#guard = await this.#database.transaction(new Deadline(TIMEOUT), async (query) => {
      for (const text of lockStatements(this.#schema)) await query({ text })
      checkGuard(this.#guard, await readGuard(query, this.#schema))
      await insert(query, this.#schema, records)
      return readGuard(query, this.#schema)
    })
  }

  /** A notification that is lost costs latency only: who follows looks for himself every second. */
  async #announce(): Promise<void> {
    const statement = notifyStatement(this.#schema, { type: 'grown', streams: null })
    await this.#database.readRows(statement, new Deadline(TIMEOUT)).catch(() => {})
  }

  get #target(): CopyTarget {
    return { schema: this.#schema, payload: this.payload, converter: this.#converter, guard: this.#guard }
  }
}

/** Names the refused record by its index among more records, of which so many come before. */
async function offsetting<Result>(before: number, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ImportRefusedError) || error.index === undefined) throw error
    throw new ImportRefusedError(error.message, { index: error.index + before, cause: error.cause })
  }
}
