import { randomFillSync } from 'node:crypto'

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HEX_DIGITS = '0123456789abcdef'
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const random = Buffer.alloc(8 * 512)
let used = random.length
let lastMillis = 0
let sequence = 0
/** What the ids of one millisecond begin with. */
let prefix = ''
let prefixMillis = -1

/** Whether `text` is a UUID in its canonical form: 8-4-4-4-12 hexadecimal digits, of any version, in any case. */
export function isUuid(text: string): boolean {
  return CANONICAL.test(text)
}

/**
 * A new UUID version 7 (RFC 9562, section 5.7): ascending within this process, so that an index on it grows at its right edge.
 * The 12 bits after the version count the ids of one millisecond.
 */
export function uuidv7(now: number = Date.now()): string {
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
  if (prefixMillis !== lastMillis) {
    const time = lastMillis.toString(16).padStart(12, '0')
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
    prefixMillis = lastMillis
  }
  const at = used
  used += 8
  return (
    `${prefix}${HEX_DIGITS[sequence >> 8]}${HEX[sequence & 0xff]}-${HEX[((random[at] as number) & 0x3f) | 0x80]}${hex(at + 1)}-` +
    `${hex(at + 2)}${hex(at + 3)}${hex(at + 4)}${hex(at + 5)}${hex(at + 6)}${hex(at + 7)}`
  )
}

function hex(at: number): string {
  return HEX[random[at] as number] as string
}
