import { isUtf8 } from 'node:buffer'
import { describeValue, nameProblem } from '../../util/arguments.ts'
import { isUuid } from '../../util/uuid.ts'
import { type Counts, FORMAT, KINDS, type Kind } from '../export/format.ts'
import { fieldTexts } from './json-fields.ts'
import type { RecordContent, RecordOf, StoreRecord, Timestamp } from './records.ts'
import { timestampOf } from './timestamps.ts'

/** The stream that is no stream of anybody's. */
const ALL = '$all'

/** Why a line cannot be imported: what was expected, and what was found. */
export class RecordProblem extends Error {}

/** What an import needs to know of the header. */
export interface HeaderRecord {
  readonly record: 'header'
  readonly payload: string
  readonly head: number
}

export interface EndRecord extends Counts {
  readonly record: 'end'
}

export type FileRecord = HeaderRecord | StoreRecord | EndRecord

/** Reads a line of an export. Throws RecordProblem for what is none. */
export function decodeRecord(line: Buffer): FileRecord {
  if (!isUtf8(line)) throw new RecordProblem('expected text in UTF-8, found other bytes')
  const text = line.toString()
  const fields = new Fields(parseObject(text), fieldTexts(text))
  const kind = fields.text('record')
  if (kind === 'header') return decodeHeader(fields)
  const decode = DECODERS[kind as Kind | 'end']
  if (!Object.hasOwn(DECODERS, kind)) {
    throw new RecordProblem(`expected a record of ${KINDS.join(', ')} or end, found ${describeValue(kind)}`)
  }
  const record = decode(fields)
  fields.checkNoMore(kind)
  return record
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // The parser's message repeats a piece of the data.
    throw new RecordProblem('expected a JSON object, found what is no JSON (a line that is cut off?)')
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Readonly<Record<string, unknown>>
  throw new RecordProblem(`expected a JSON object, found ${parsed === null ? 'null' : describeKindOf(parsed)}`)
}

function describeKindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

/** Fields that are not known here are a later version's, which says of itself whether this one can read it. */
function decodeHeader(fields: Fields): HeaderRecord {
  const format = fields.text('format')
  if (format !== FORMAT.name)
    throw new RecordProblem(`expected an export of ${FORMAT.name}, found one of ${describeValue(format)}`)
  const version = fields.integer('version', 1)
  if (version > FORMAT.version) {
    throw new RecordProblem(
      `the export has version ${version} of its format, of which this version of pg-event-store reads up to ${FORMAT.version}. ` +
        'Install a newer one: `npm install pg-event-store@latest`',
    )
  }
  if (fields.text('kind') !== 'whole') {
    throw new RecordProblem(
      'this export holds only some streams, whose positions and links mean nothing in another store. ' +
        'Import a whole export, or append the events with `eventstore append`',
    )
  }
  return { record: 'header', payload: fields.text('payload'), head: fields.integer('head', 0) }
}

const DECODERS: { readonly [Each in Kind]: (fields: Fields) => RecordOf<Each> } & {
  readonly end: (fields: Fields) => EndRecord
} = {
  stream: (fields) => ({
    record: 'stream',
    name: fields.stream('name'),
    createdAt: fields.time('createdAt'),
    deletedAt: fields.isNull('deletedAt') ? null : fields.time('deletedAt'),
  }),
  event: (fields) => ({
    record: 'event',
    position: fields.integer('position', 1),
    stream: fields.stream('stream'),
    streamVersion: fields.integer('streamVersion', 1),
    id: fields.uuid('id'),
    type: fields.name('type'),
    causationId: fields.isNull('causationId') ? null : fields.uuid('causationId'),
    correlationId: fields.isNull('correlationId') ? null : fields.uuid('correlationId'),
    createdAt: fields.time('createdAt'),
    data: fields.content('data'),
    metadata: fields.content('metadata'),
  }),
  link: (fields) => ({
    record: 'link',
    stream: fields.stream('stream'),
    streamVersion: fields.integer('streamVersion', 1),
    position: fields.integer('position', 1),
  }),
  version: (fields) => ({
    record: 'version',
    stream: fields.name('stream'),
    version: fields.integer('version', 1),
  }),
  snapshot: (fields) => ({
    record: 'snapshot',
    sourceId: fields.name('sourceId'),
    sourceVersion: fields.integer('sourceVersion', 0),
    sourceType: fields.name('sourceType'),
    createdAt: fields.time('createdAt'),
    data: fields.content('data'),
    metadata: fields.content('metadata'),
  }),
  subscription: (fields) => ({
    record: 'subscription',
    stream: fields.name('stream'),
    name: fields.name('name'),
    checkpoint: fields.integer('checkpoint', 0),
    createdAt: fields.time('createdAt'),
    updatedAt: fields.time('updatedAt'),
  }),
  end: (fields) => ({
    record: 'end',
    streams: fields.integer('streams', 0),
    events: fields.integer('events', 0),
    links: fields.integer('links', 0),
    versions: fields.integer('versions', 0),
    snapshots: fields.integer('snapshots', 0),
    subscriptions: fields.integer('subscriptions', 0),
  }),
}

/** The fields of a record, each as it must be. Throws RecordProblem, which never repeats data. */
class Fields {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #texts: ReadonlyMap<string, string>
  /** Each once: a set would take longer than the few names that there are. */
  readonly #taken: string[] = []

  constructor(values: Readonly<Record<string, unknown>>, texts: ReadonlyMap<string, string> | undefined) {
    if (!texts) throw new RecordProblem('expected each field once, found one of them twice')
    this.#values = values
    this.#texts = texts
  }

  text(name: string): string {
    const value = this.#take(name)
    if (typeof value === 'string') return value
    throw this.#unfit(name, 'text', value)
  }

  /** A name as the store holds them. */
  name(name: string): string {
    const value = this.text(name)
    const problem = nameProblem(value)
    if (!problem) return value
    throw new RecordProblem(`expected ${name} to be 1 to 1,000 bytes without control characters, found ${problem}`)
  }

  /** The name of a stream that can be written to. */
  stream(name: string): string {
    const value = this.name(name)
    if (value !== ALL) return value
    throw new RecordProblem(
      `expected ${name} to be a stream of its own, found ${ALL}, which holds those of all streams`,
    )
  }

  integer(name: string, least: number): number {
    const value = this.#take(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
    throw this.#unfit(name, `a whole number from ${least} on`, value)
  }

  uuid(name: string): string {
    const value = this.#take(name)
    if (typeof value === 'string' && isUuid(value)) return value.toLowerCase()
    throw this.#unfit(name, 'a UUID', value)
  }

  time(name: string): Timestamp {
    const value = this.#take(name)
    const time = typeof value === 'string' ? timestampOf(value) : undefined
    if (time !== undefined) return time
    throw this.#unfit(name, 'a time like 2030-01-31T12:00:00.000000Z', value)
  }

  /** Whether it is null; if not, it is still to be taken. */
  isNull(name: string): boolean {
    if (this.#values[name] !== null || !this.#texts.has(name)) return false
    this.#taken.push(name)
    return true
  }

  /** JSON as it stands in the line, or in a field of its own as text, or bytes in base64. */
  content(name: string): RecordContent {
    const [asText, asBytes] = [`${name}Text`, `${name}Base64`]
    const found = [name, asText, asBytes].filter((field) => this.#texts.has(field))
    if (found.length !== 1) {
      throw new RecordProblem(
        `expected ${name}, ${asText} or ${asBytes}, found ${found.join(' and ') || 'none of them'}`,
      )
    }
    if (found[0] === name) {
      this.#taken.push(name)
      return { json: this.#texts.get(name) as string }
    }
    const text = this.text(found[0] as string)
    if (found[0] === asText) {
      checkJson(asText, text)
      return { json: text }
    }
    const bytes = Buffer.from(text, 'base64')
    if (bytes.toString('base64') === text) return { bytes }
    throw new RecordProblem(`expected ${asBytes} to be base64, found other characters`)
  }

  checkNoMore(kind: string): void {
    if (this.#taken.length === this.#texts.size) return
    const more = [...this.#texts.keys()].filter((name) => !this.#taken.includes(name)).map(describeValue)
    throw new RecordProblem(`expected the fields of a record ${kind}, found ${more.join(', ')}, which it has not`)
  }

  #take(name: string): unknown {
    if (!this.#texts.has(name)) throw new RecordProblem(`expected a field ${name}, found none`)
    this.#taken.push(name)
    return this.#values[name]
  }

  #unfit(name: string, expected: string, value: unknown): RecordProblem {
    return new RecordProblem(`expected ${name} to be ${expected}, found ${describeValue(value)}`)
  }
}

function checkJson(name: string, text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new RecordProblem(`expected ${name} to be JSON, found other text`)
  }
}
