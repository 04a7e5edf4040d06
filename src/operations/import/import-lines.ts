import { type Counts, LONGEST_LINE } from '../export/format.ts'
import { decodeRecord, RecordProblem } from './decode-record.ts'
import { ImportRefusedError } from './import-refused.ts'
import { type Line, LineSplitter, LineTooLong } from './line-splitter.ts'
import { RecordOrder } from './record-order.ts'
import type { StoreRecord } from './records.ts'

/** Records that are written together, and the bytes of their lines from which no further one is added. */
const BATCH_RECORDS = 10_000
const BATCH_BYTES = 4 * 1024 * 1024

/** Where records are written: resolves to how many were added, as the others were there already. */
export interface RecordWriter {
  write(records: readonly StoreRecord[]): Promise<number>
  finish(): Promise<void>
}

interface ImportOptions {
  /** What the lines are of, as in 'Line 3 of store.ndjson'. */
  readonly name: string
  /** Ends it after the batch that is being written: rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** Called with what was read so far. */
  readonly onProgress?: (counts: Counts) => void
}

export interface ImportResult {
  readonly counts: Counts
  /** How many records were added; the others were there. */
  readonly added: number
}

/**
 * Imports the lines of an export. While a batch is written, the next one is read. Rejects with ImportRefusedError for the first line
 * that cannot be imported, by its number: whole batches before it stay, and the import of a repaired file goes on from there.
 */
export async function importLines(
  input: AsyncIterable<Buffer>,
  writer: RecordWriter,
  { name, signal, onProgress = () => {} }: ImportOptions,
): Promise<ImportResult> {
  const order = new RecordOrder()
  const batches = new Batches(writer, name)
  const splitter = new LineSplitter(LONGEST_LINE)
  let last = 0
  /** Returns whether there is a batch to be written. */
  const take = (line: Line): boolean => {
    last = line.number
    if (isBlank(line.bytes)) return false
    const record = order.accept(decodeRecord(line.bytes))
    return record !== undefined && batches.add(record, line)
  }
  try {
    for await (const piece of input) {
      for (const line of splitter.push(piece)) {
        if (!take(line)) continue
        await batches.flush()
        onProgress(order.counts)
        signal.throwIfAborted()
      }
      signal.throwIfAborted()
    }
    for (const line of splitter.end()) take(line)
    if (!order.ended) throw new CutOff()
    await batches.flush()
    await batches.written()
    await writer.finish()
    onProgress(order.counts)
    return { counts: order.counts, added: batches.added }
  } catch (error) {
    await batches.written() // what it was refused for comes before
    throw signal.aborted ? signal.reason : describeError(error, name, last, order)
  }
}

/** The input ends without its last record. */
class CutOff extends Error {}

function describeError(error: unknown, name: string, last: number, { begun }: RecordOrder): unknown {
  if (error instanceof RecordProblem && !begun) {
    return new ImportRefusedError(
      `Line ${last} of ${name} is no beginning of an export that can be imported: ${error.message}. Nothing was imported.`,
    )
  }
  if (error instanceof RecordProblem) {
    return new ImportRefusedError(`Line ${last} of ${name}: ${error.message}. ${STAYS}`)
  }
  if (error instanceof LineTooLong) {
    const [number, most] = [error.number, error.most].map((each) => each.toLocaleString('en'))
    return new ImportRefusedError(
      `Line ${number} of ${name}: expected a record, found more than ${most} bytes without a line break. ${STAYS}`,
    )
  }
  if (error instanceof CutOff) {
    if (last === 0) return new ImportRefusedError(`${name} is empty: expected an export. Nothing was imported.`)
    const found = `found none after line ${last}: the file is cut off`
    return new ImportRefusedError(`${name}: expected a last record (end), ${found}. ${STAYS}`)
  }
  if (error instanceof ImportRefusedError)
    return new ImportRefusedError(`${name}: ${error.message}`, { cause: error.cause })
  return error
}

const STAYS = 'What was imported of the lines before stays; import the repaired file to go on from there.'

function isBlank(line: Buffer): boolean {
  return line.length < 3 && line.toString().trim() === ''
}

/** Records in batches, of which one is written at a time, while the next one is gathered. */
class Batches {
  readonly #writer: RecordWriter
  readonly #name: string
  #records: StoreRecord[] = []
  #lines: number[] = []
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()
  #added = 0

  constructor(writer: RecordWriter, name: string) {
    this.#writer = writer
    this.#name = name
  }

  get added(): number {
    return this.#added
  }

  /** Returns whether the batch is full. */
  add(record: StoreRecord, { number, bytes }: Line): boolean {
    this.#records.push(record)
    this.#lines.push(number)
    this.#bytes += bytes.length
    return this.#records.length >= BATCH_RECORDS || this.#bytes >= BATCH_BYTES
  }

  /** Begins to write what was gathered, once the batch before it is written. */
  async flush(): Promise<void> {
    await this.#writing
    const [records, lines] = [this.#records, this.#lines]
    this.#records = []
    this.#lines = []
    this.#bytes = 0
    this.#writing = this.#write(records, lines)
    this.#writing.catch(() => {}) // whoever waits for it hears of it
  }

  /** Resolves when nothing is being written. */
  async written(): Promise<void> {
    await this.#writing
  }

  async #write(records: readonly StoreRecord[], lines: readonly number[]): Promise<void> {
    try {
      this.#added += await this.#writer.write(records)
    } catch (error) {
      if (!(error instanceof ImportRefusedError) || error.index === undefined) throw error
      throw new ImportRefusedError(`Line ${lines[error.index]} of ${this.#name}: ${error.message}`, {
        cause: error.cause,
      })
    }
  }
}
