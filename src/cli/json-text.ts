import type { Payload, Serializer } from '../options.ts'

/** JSON to the letter: parsed and written again, a number that is too large for JavaScript would be another one. */
export class JsonText {
  /** On one line: between the parts of JSON, a line break is a space like any other, and in strings there is none. */
  readonly text: string

  constructor(text: string) {
    this.text = text.replace(/[\t\n\r]+/g, ' ')
  }

  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

/** The JSON of a value, to the letter where that is known. */
export function jsonOf(value: unknown): string | undefined {
  return value instanceof JsonText ? value.text : JSON.stringify(value)
}

/** Stores JSON to the letter, and reads whatever a column of this payload holds: parsed, or as a `JsonText`. */
export function serializerFor(payload: Payload, read: 'parsed' | 'to-the-letter'): Serializer {
  const made = (text: string) => (read === 'parsed' ? JSON.parse(text) : new JsonText(text))
  return {
    serialize: (value) => jsonOf(value) as string, // what has no JSON is refused where it is stored
    deserialize: (content) => made(payload === 'bytea' ? shownText(Buffer.from(content)) : String(content)),
  }
}

/** JSON where the bytes are JSON; other bytes are shown as hexadecimal digits. */
function shownText(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify({ bytes: bytes.toString('hex') })
  }
}
