import { randomFillSync } from 'node:crypto'

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const random = Buffer.alloc(8 * 512)
let used = random.length
let lastMillis = 0
let sequence = 0

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
  const time = lastMillis.toString(16).padStart(12, '0')
  const counter = sequence.toString(16).padStart(3, '0')
  const [a, b, c, d, e, f, g, h] = random.subarray(used, used + 8)
  used += 8
  const variant = ((a as number) & 0x3f) | 0x80
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${hex(variant)}${hex(b)}-` +
    `${hex(c)}${hex(d)}${hex(e)}${hex(f)}${hex(g)}${hex(h)}`
  )
}

function hex(byte: number | undefined): string {
  return HEX[byte as number] as string
}
