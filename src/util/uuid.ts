import { randomFillSync } from 'node:crypto'

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The bytes of a UUID. */
export const UUID_BYTES = 16

const random = Buffer.alloc(8 * 512)
const formatted = Buffer.alloc(UUID_BYTES)
let used = random.length
let lastMillis = 0
let sequence = 0

/** Whether `text` is a UUID in its canonical form: 8-4-4-4-12 hexadecimal digits, of any version, in any case. */
export function isUuid(text: string): boolean {
  return CANONICAL.test(text)
}

/** A new UUID version 7, as `writeUuidv7` makes them. */
export function uuidv7(now?: number): string {
  writeUuidv7(formatted, 0, now)
  return readUuid(formatted, 0)
}

/**
 * Writes a new UUID version 7 (RFC 9562, section 5.7): ascending within this process, so that an index on it grows at its right edge.
 * The 12 bits after the version count the ids of one millisecond.
 */
export function writeUuidv7(bytes: Buffer, offset: number, now: number = Date.now()): void {
  if (used === random.length) {
    randomFillSync(random)
    used = 0
  }
  if (now > lastMillis) {
    lastMillis = now
    sequence = random.readUInt16BE(used) & 0x7ff
  } else if (++sequence > 0xfff) {
    lastMillis++
    sequence = 0
  }
  bytes.writeUIntBE(lastMillis, offset, 6)
  bytes[offset + 6] = 0x70 | (sequence >> 8)
  bytes[offset + 7] = sequence & 0xff
  bytes[offset + 8] = ((random[used] as number) & 0x3f) | 0x80
  for (let index = 1; index < 8; index++) bytes[offset + 8 + index] = random[used + index] as number
  used += 8
}

/** Writes the bytes of a UUID in its canonical form. */
export function writeUuid(bytes: Buffer, offset: number, id: string): void {
  let at = offset
  for (let index = 0; index < 36; index += 2) {
    if (index === 8 || index === 13 || index === 18 || index === 23) index++
    bytes[at++] = (digit(id, index) << 4) | digit(id, index + 1)
  }
}

/** The canonical form of these bytes, in lower case. */
export function readUuid(bytes: Buffer, offset: number): string {
  const digits = bytes.toString('hex', offset, offset + UUID_BYTES)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}

function digit(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code <= 57 ? code - 48 : (code | 0x20) - 87
}
