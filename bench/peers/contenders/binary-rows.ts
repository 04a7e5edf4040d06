import { randomFillSync } from 'node:crypto'
import type { NewEvent } from '../../../src/index.ts'

/** What begins and what ends the rows of a COPY in binary format. */
export const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
export const TRAILER = Buffer.from([0xff, 0xff])

const COLUMNS = 10
const NULL = -1
const EPOCH = Date.UTC(2000, 0, 1)
const ROOM = 2_048

/** Where an event is stored. */
export interface Place {
  readonly position: number
  readonly streamId: number
  readonly streamVersion: number
}

/** Encodes events as rows of the table of events, each with a new UUID version 7. Content is JSON of at most 2,000 bytes. */
export function encodeRows(events: readonly NewEvent[], place: (index: number) => Place): Buffer {
  const rows = Buffer.allocUnsafe(events.length * ROOM)
  const random = randomFillSync(Buffer.allocUnsafe(events.length * 8))
  const now = Date.now()
  let offset = 0
  for (let index = 0; index < events.length; index++) {
    const { type, data, metadata } = events[index] as NewEvent
    const { position, streamId, streamVersion } = place(index)
    offset = rows.writeInt16BE(COLUMNS, offset)
    offset = writeInteger(rows, position, offset)
    offset = writeInteger(rows, streamId, offset)
    offset = writeInteger(rows, streamVersion, offset)
    offset = writeInteger(rows, (now - EPOCH) * 1_000, offset)
    offset = writeId(rows, now, position, random.subarray(index * 8, index * 8 + 8), offset)
    offset = rows.writeInt32BE(NULL, offset)
    offset = rows.writeInt32BE(NULL, offset)
    offset = writeText(rows, type, offset)
    offset = writeText(rows, JSON.stringify(data), offset)
    offset = writeText(rows, JSON.stringify(metadata), offset)
  }
  return rows.subarray(0, offset)
}

/** A bigint. In two halves, as a BigInt costs more than all else. */
function writeInteger(rows: Buffer, value: number, offset: number): number {
  rows.writeInt32BE(8, offset)
  rows.writeInt32BE(Math.floor(value / 2 ** 32), offset + 4)
  return rows.writeUInt32BE(value % 2 ** 32, offset + 8)
}

function writeText(rows: Buffer, text: string, offset: number): number {
  const length = rows.write(text, offset + 4)
  rows.writeInt32BE(length, offset)
  return offset + 4 + length
}

/** A UUID version 7, ascending with the position, so that its index grows at the right edge as the store's does. */
function writeId(rows: Buffer, now: number, position: number, random: Buffer, offset: number): number {
  rows.writeInt32BE(16, offset)
  rows.writeUIntBE(now, offset + 4, 6)
  rows.writeUInt16BE(0x7000 | (position & 0xfff), offset + 10)
  random.copy(rows, offset + 12)
  rows[offset + 12] = ((random[0] as number) & 0x3f) | 0x80
  return offset + 20
}
