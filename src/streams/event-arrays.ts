import type { Payload } from '../options.ts'
import { plainArray, textArray } from '../postgres/array.ts'
import { BinaryArray, TYPE_NUMBERS } from '../postgres/binary-array.ts'
import { readUuid } from '../util/uuid.ts'
import type { AppendRequest } from './append-request.ts'
import { type EncodedEvents, KNOWN_COLUMNS } from './encoded-events.ts'

/** Bytes of an element that is NULL, and those of the length of any other. */
const LENGTH_BYTES = 4

type ColumnType = (typeof KNOWN_COLUMNS)[number]

/** The columns of events as arrays in binary form: of text the server would look at every character for quotes. */
export function binaryColumns(list: readonly EncodedEvents[], payload: Payload): readonly (Buffer | null)[] {
  const sizes = KNOWN_COLUMNS.map(() => 0)
  let count = 0
  for (const events of list) {
    count += events.length
    events.eachColumn((column, _, start, end) => {
      sizes[column] = (sizes[column] as number) + end - start
    })
  }
  const arrays = KNOWN_COLUMNS.map((type, column) => {
    const size = sizes[column] as number
    if (type === 'uuid' && size === count * LENGTH_BYTES) return null // the server makes as many NULLs as it needs
    return new BinaryArray(TYPE_NUMBERS[type === 'content' ? payload : type], count, size)
  })
  for (const events of list) {
    events.eachColumn((column, bytes, start, end) => arrays[column]?.add(bytes, start, end))
  }
  return arrays.map((array) => (array ? array.bytes : null))
}

/** The known columns of one event in binary form, NULL for those that have no value. */
export function fieldsOf(event: EncodedEvents): readonly (Buffer | null)[] {
  const fields: (Buffer | null)[] = []
  event.eachColumn((_, bytes, start, end) =>
    fields.push(isNull(bytes, start) ? null : bytes.subarray(start + LENGTH_BYTES, end)),
  )
  return fields
}

/** The same as text. */
export function textColumns(list: readonly EncodedEvents[], payload: Payload): readonly (string | null)[] {
  const columns = KNOWN_COLUMNS.map((): (string | null)[] => [])
  for (const events of list) {
    events.eachColumn((column, bytes, start, end) =>
      columns[column]?.push(columnText(KNOWN_COLUMNS[column] as ColumnType, payload, bytes, start, end)),
    )
  }
  return KNOWN_COLUMNS.map((type, column) => {
    const values = columns[column] ?? []
    if (type !== 'uuid') return textArray(values)
    return values.some((id) => id !== null) ? plainArray(values) : null
  })
}

/** Of each event of a group the number of its part, and its own within the part; and those parts that have events. */
export function numberEvents(requests: readonly AppendRequest[]) {
  const list: EncodedEvents[] = []
  const parts: number[] = []
  const numbers: number[] = []
  let part = 0
  for (const request of requests) {
    for (const { events } of request.parts) {
      part++
      if (events.length > 0) list.push(events)
      for (let number = 1; number <= events.length; number++) {
        parts.push(part)
        numbers.push(number)
      }
    }
  }
  return { list, parts, numbers }
}

function isNull(bytes: Buffer, start: number): boolean {
  return bytes.readInt32BE(start) < 0
}

function columnText(type: ColumnType, payload: Payload, bytes: Buffer, start: number, end: number): string | null {
  if (isNull(bytes, start)) return null
  const from = start + LENGTH_BYTES
  if (type === 'uuid') return readUuid(bytes, from)
  if (type === 'text') return bytes.toString('utf8', from, end)
  if (payload === 'bytea') return `\\x${bytes.toString('hex', from, end)}`
  return bytes.toString('utf8', payload === 'jsonb' ? from + 1 : from, end) // after the version of jsonb's form
}
