import { type Counts, KINDS, type Kind, NO_COUNTS } from '../export/format.ts'
import { type EndRecord, type FileRecord, type HeaderRecord, RecordProblem } from './decode-record.ts'
import type { StoreRecord } from './records.ts'

/**
 * The order of the records of a file: a header, then kind by kind, events by position, and the last record, which knows how many
 * there are. Each is checked when it comes, against those before it.
 *
 *   nothing ──header──► records ──end──► ended
 *                        ▲   └──record of the same or a later kind
 *                        └────┘
 */
export class RecordOrder {
  #header: HeaderRecord | undefined
  #kind: Kind = KINDS[0]
  #position = 0
  #ended = false
  readonly #counts: { -readonly [Name in keyof Counts]: Counts[Name] } = { ...NO_COUNTS }

  /** How many records there were. */
  get counts(): Counts {
    return { ...this.#counts }
  }

  /** Whether the header was there. */
  get begun(): boolean {
    return this.#header !== undefined
  }

  /** Whether the last record was there: without it the file is cut off. */
  get ended(): boolean {
    return this.#ended
  }

  /** Accepts the next record; returns it if it is one of the store. Throws RecordProblem when it stands in the wrong place. */
  accept(record: FileRecord): StoreRecord | undefined {
    if (this.#ended) throw new RecordProblem('expected nothing after the last record, found another one')
    if (record.record === 'header') {
      if (this.#header) throw new RecordProblem('expected one header, found a second: several exports in one file?')
      this.#header = record
      return undefined
    }
    if (!this.#header) throw new RecordProblem('expected the header of an export first, found another record')
    if (record.record === 'end') {
      this.#end(record)
      return undefined
    }
    this.#count(record)
    return record
  }

  #count(record: StoreRecord): void {
    if (KINDS.indexOf(record.record) < KINDS.indexOf(this.#kind)) {
      throw new RecordProblem(`expected no record ${record.record} after those of ${this.#kind}, found one`)
    }
    this.#kind = record.record
    if (record.record === 'event') this.#checkPosition(record.position)
    this.#counts[`${record.record}s`]++
  }

  #checkPosition(position: number): void {
    if (position <= this.#position) {
      throw new RecordProblem(`expected a position after ${this.#position}, found ${position}`)
    }
    const head = this.#header?.head ?? 0
    if (position > head) throw new RecordProblem(`expected no position after the head, ${head}, found ${position}`)
    this.#position = position
  }

  #end(end: EndRecord): void {
    for (const kind of KINDS) {
      const name = `${kind}s` as const
      if (end[name] === this.#counts[name]) continue
      throw new RecordProblem(`expected ${end[name]} ${name}, as the last record says, found ${this.#counts[name]}`)
    }
    this.#ended = true
  }
}
