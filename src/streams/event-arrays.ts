import type { Payload } from '../options.ts'
import { plainArray, textArray } from '../postgres/array.ts'
import { BinaryArray, int4Array, TYPE_NUMBERS } from '../postgres/binary-array.ts'
import { readUuid } from '../util/uuid.ts'
import type { AppendRequest } from './append-request.ts'
import { type EncodedEvents, KNOWN_COLUMNS } from './encoded-events.ts'

/** Bytes of an element that is NULL, and those of the length of any other. */
const LENGTH_BYTES = 4

type ColumnType = (typeof KNOWN_COLUMNS)[number]

/**
 * The events of a group, as arrays in binary form: the number of each event's part, its own within the part, and the known columns.
 * Of text the server would look at every character for quotes.
 */
export function binaryEventArrays(requests: readonly AppendRequest[], payload: Payload): readonly (Buffer | null)[] {
  const { list, parts, numbers } = numbered(requests)
  const sizes = KNOWN_COLUMNS.map(() => 0)
  for (const events of list) {
    events.eachColumn((column, _, start, end) => {
      sizes[column] = (sizes[column] as number) + end - start
    })
  }
  const arrays = KNOWN_COLUMNS.map((type, column) => {
    const size = sizes[column] as number
    if (type === 'uuid' && size === numbers.length * LENGTH_BYTES) return null // the server makes as many NULLs as it needs
    return new BinaryArray(TYPE_NUMBERS[type === 'content' ? payload : type], numbers.length, size)
  })
  for (const events of list) {
    events.eachColumn((column, bytes, start, end) => arrays[column]?.add(bytes, start, end))
  }
  return [int4Array(parts), int4Array(numbers), ...arrays.map((array) => (array ? array.bytes : null))]
}

/** The same as text. */
export function textEventArrays(requests: readonly AppendRequest[], payload: Payload): readonly (string | null)[] {
  const { list, parts, numbers } = numbered(requests)
  const columns = KNOWN_COLUMNS.map((): (string | null)[] => [])
  for (const events of list) {
    events.eachColumn((column, bytes, start, end) =>
      columns[column]?.push(columnText(KNOWN_COLUMNS[column] as ColumnType, payload, bytes, start, end)),
    )
  }
  const arrays = KNOWN_COLUMNS.map((type, column) => {
    const values = columns[column] ?? []
    if (type !== 'uuid') return textArray(values)
    return values.some((id) => id !== null) ? plainArray(values) : null
  })
  return [plainArray(parts), plainArray(numbers), ...arrays]
}

/** One event's known columns, each in its binary form. */
export function binaryColumns(events: EncodedEvents): readonly (Buffer | null)[] {
  const columns: (Buffer | null)[] = []
  events.eachColumn((_, bytes, start, end) =>
    columns.push(isNull(bytes, start) ? null : bytes.subarray(start + LENGTH_BYTES, end)),
  )
  return columns
}

/** The same as text. */
export function textColumns(events: EncodedEvents, payload: Payload): readonly (string | null)[] {
  const columns: (string | null)[] = []
  events.eachColumn((column, bytes, start, end) =>
    columns.push(columnText(KNOWN_COLUMNS[column] as ColumnType, payload, bytes, start, end)),
  )
  return columns
}

function numbered(requests: readonly AppendRequest[]) {
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
