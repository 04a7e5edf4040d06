import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import type { NewEvent } from '../events.ts'
import { LONGEST_LINE } from '../operations/export/format.ts'
import { fieldTexts } from '../operations/import/json-fields.ts'
import { type Line, LineSplitter, LineTooLong } from '../operations/import/line-splitter.ts'
import { UsageError } from './failure.ts'
import { JsonText } from './json-text.ts'
import type { Source } from './stdio.ts'

const FIELDS = ['type', 'data', 'metadata', 'id', 'causationId', 'correlationId'] as const

/** What some programs begin a text with, to say that it is UTF-8. */
const BYTE_ORDER_MARK = /^\ufeff/

/**
 * Reads new events as JSON, an event a line; from standard input without a file. Data and metadata stay as they are written. Rejects
 * with UsageError, which names the line.
 */
export async function readNewEvents(
  file: string | undefined,
  stdin: Source,
  signal: AbortSignal,
): Promise<readonly NewEvent[]> {
  const where = file === undefined || file === '-' ? 'standard input' : file
  const input = where === file ? createReadStream(file) : stdin
  const events = await collect(addAbortSignal(signal, input), where).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : describeError(error, where)
  })
  if (events.length === 0)
    throw new UsageError(
      `There is no event in ${where}: expected JSON like {"type":"OrderPlaced","data":{}}, an event a line.`,
    )
  return events
}

/** Lines end with a line feed and nothing else: JSON may hold whatever Unicode calls the end of a line. */
async function collect(input: AsyncIterable<Buffer | string>, where: string): Promise<readonly NewEvent[]> {
  const events: NewEvent[] = []
  const splitter = new LineSplitter(LONGEST_LINE)
  const take = ({ number, bytes }: Line): void => {
    const what = `Line ${number} of ${where}`
    if (!isUtf8(bytes)) throw new UsageError(`${what} is no text in UTF-8. ${NOTHING}`)
    const text = number === 1 ? bytes.toString().replace(BYTE_ORDER_MARK, '') : bytes.toString()
    if (text.trim() !== '') events.push(newEventOf(text, what))
  }
  for await (const piece of input) {
    for (const line of splitter.push(typeof piece === 'string' ? Buffer.from(piece) : piece)) take(line)
  }
  for (const line of splitter.end()) take(line)
  return events
}

function describeError(error: unknown, where: string): unknown {
  if (error instanceof LineTooLong) {
    const [number, most] = [error.number, error.most].map((each) => each.toLocaleString('en'))
    return new UsageError(`Line ${number} of ${where} is longer than ${most} bytes. ${NOTHING}`)
  }
  if (error instanceof UsageError || !(error instanceof Error)) return error
  return new UsageError(`${where} cannot be read: ${error.message}.`, { cause: error })
}

function newEventOf(line: string, what: string): NewEvent {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${what} is no JSON: ${reason}. ${NOTHING}`, { cause })
  }
  if (!isObject(parsed)) {
    throw new UsageError(`${what} must be an object like {"type":"OrderPlaced","data":{}}. ${NOTHING}`)
  }
  const texts = fieldTexts(line)
  if (!texts) throw new UsageError(`${what} has one of its fields twice. ${NOTHING}`)
  const unknown = [...texts.keys()].filter((key) => !FIELDS.some((field) => field === key))
  if (unknown.length > 0) {
    throw new UsageError(`${what} has ${unknown.join(', ')}; an event has ${FIELDS.join(', ')}. ${NOTHING}`)
  }
  const [data, metadata] = [texts.get('data'), texts.get('metadata')]
  if (data === undefined) throw new UsageError(`${what} has no data. ${NOTHING}`)
  const event: { readonly data: unknown; readonly metadata?: unknown } = {
    ...parsed,
    data: new JsonText(data),
    // Metadata that is no object is refused where it is appended.
    ...(metadata !== undefined && isObject(parsed.metadata) && { metadata: new JsonText(metadata) }),
  }
  return event as NewEvent
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const NOTHING = 'Nothing was stored.'
