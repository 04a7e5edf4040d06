import type { Executor } from '../../postgres/executor.ts'
import { Deadline } from '../../util/deadline.ts'
import type { Kind } from '../export/format.ts'
import { ImportRefusedError } from './import-refused.ts'
import type { StoreRecord } from './records.ts'
import { describeFacts, type Facts, factsOf, SECTIONS } from './sections.ts'

const TIMEOUT = 600_000

/** The records of one kind that a store holds already, compared one after the other with those that are to be imported. */
export class StoredRecords {
  readonly kind: Kind
  readonly #executor: Executor
  readonly #schema: string
  #after: readonly (string | null)[]

  /** `schema` is a quoted identifier. */
  constructor(kind: Kind, executor: Executor, schema: string) {
    this.kind = kind
    this.#executor = executor
    this.#schema = schema
    this.#after = SECTIONS[kind].before
  }

  /**
   * How many of these records, from the first on, are stored: all, or the store holds no more of the kind. Throws ImportRefusedError
   * for the first that differs from what the store holds in its place.
   */
  async match(records: readonly StoreRecord[]): Promise<number> {
    const rows = await this.#next(records.length)
    for (const [index, row] of rows.entries()) {
      const [expected, found] = [factsOf(records[index] as StoreRecord), row]
      if (expected.every((fact, at) => fact === found[at])) continue
      throw new ImportRefusedError(
        `the store holds something else: expected ${this.kind} ${describeFacts(this.kind, expected)}, ` +
          `found ${describeFacts(this.kind, found)}. ${ADVICE}`,
        { index },
      )
    }
    return rows.length
  }

  /** Throws ImportRefusedError when the store holds more of the kind than was compared. */
  async checkNoMore(where: string): Promise<void> {
    const [found] = await this.#next(1)
    if (!found) return
    throw new ImportRefusedError(
      `the store holds something else: expected no ${this.kind} ${where}, found ${describeFacts(this.kind, found)}. ${ADVICE}`,
    )
  }

  async #next(count: number): Promise<readonly Facts[]> {
    const { select, before } = SECTIONS[this.kind]
    const text = `${select(this.#schema)} LIMIT $${before.length + 1}::text::int8`
    const values = [...this.#after, String(count)]
    const rows = await this.#executor.readRows({ text, values }, new Deadline(TIMEOUT))
    this.#after = rows.at(-1)?.slice(0, before.length) ?? this.#after
    return rows.map((row) => row.slice(before.length))
  }
}

const ADVICE =
  'Nothing of it was changed. Import into an empty store (`eventstore init --schema NAME` makes one), or repeat the same import into ' +
  'the store that it was begun in.'
