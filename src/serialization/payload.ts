import { isUtf8 } from 'node:buffer'
import { InvalidEventError, type InvalidEventIssue } from '../errors.ts'
import type { Payload, Serializer } from '../options.ts'
import { describeValue } from '../util/arguments.ts'
import { json } from './json.ts'

/** The largest data or metadata of one event, in bytes. */
const LARGEST_CONTENT = 64 * 1024 * 1024

/** The content of a column: JSON, or whatever bytes for `bytea`; a string is meant in UTF-8. */
export type Content = string | Uint8Array

/** What a codec makes of a value: the column's content, or why the column cannot hold it. */
export type Encoded =
  | { readonly content: Content; readonly problem?: undefined }
  | { readonly problem: InvalidEventIssue; readonly cause?: unknown }

/** Turns values into the content of a data or metadata column, and back. */
export class Codec {
  readonly payload: Payload
  readonly #serializer: Serializer

  constructor(payload: Payload, serializer: Serializer = json) {
    this.payload = payload
    this.#serializer = serializer
  }

  encode(value: unknown): Encoded {
    let content: unknown
    try {
      content = this.#serializer.serialize(value)
    } catch (cause) {
      return refused(`cannot be serialized: ${cause instanceof Error ? cause.message : describeValue(cause)}`, cause)
    }
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      return refused(`cannot be serialized: ${describeValue(value)} has no JSON form`)
    }
    if (content.length > LARGEST_CONTENT / 3) {
      const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length
      if (bytes > LARGEST_CONTENT) {
        return refused(`must not exceed 64 MB (${LARGEST_CONTENT} bytes), found ${bytes} bytes`)
      }
    }
    if (typeof content === 'string' && this.#serializer !== json && !content.isWellFormed()) {
      return refused('contains half of a surrogate pair, which UTF-8 cannot hold')
    }
    // A serializer may write into the same bytes again.
    if (this.payload === 'bytea') return { content: typeof content === 'string' ? content : new Uint8Array(content) }
    if (typeof content !== 'string' && !isUtf8(content)) return refused('must be JSON in UTF-8, found other bytes')
    return this.#checkJson(typeof content === 'string' ? content : Buffer.from(content).toString())
  }

  /** What the column's content was made of; `content` is JSON, or for `bytea` hexadecimal digits. */
  decode(content: string, type: string): unknown {
    if (this.payload === 'bytea') return this.#serializer.deserialize(Buffer.from(content, 'hex'), { type })
    return this.#serializer === json ? JSON.parse(content) : this.#serializer.deserialize(content, { type })
  }

  #checkJson(content: string): Encoded {
    if (this.#serializer !== json) {
      try {
        JSON.parse(content)
      } catch {
        // Without the cause: the parser's message repeats a piece of the content.
        return refused(`must be JSON for a ${this.payload} column, found other text`)
      }
    }
    const unstorable = this.payload === 'jsonb' && unstorableEscape(content)
    return unstorable ? refused(`cannot be stored as jsonb: it contains ${unstorable}`) : { content }
  }
}

/** The column's content for data or metadata of something. Throws InvalidEventError for what the column cannot hold. */
export function encodeContent(codec: Codec, value: unknown, field: 'data' | 'metadata', what: () => string): Content {
  const encoded = codec.encode(value)
  if (!encoded.problem) return encoded.content
  throw new InvalidEventError(what(), [{ ...encoded.problem, path: [field] }], { cause: encoded.cause })
}

function refused(message: string, cause?: unknown): Encoded {
  return { problem: { message }, cause }
}

/** An escaped surrogate pair, an escape by number (captured), or any other escape. */
const ESCAPES = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u([0-9a-f]{4})|[^u])/gi

/** What valid JSON may say and jsonb cannot hold: the escapes of U+0000 and of halves of surrogate pairs. */
function unstorableEscape(content: string): string | undefined {
  if (!content.includes('\\u')) return undefined
  for (const [found, code] of content.matchAll(ESCAPES)) {
    if (code && (code === '0000' || /^d[89a-f]/i.test(code))) return found
  }
  return undefined
}
