import type { ExpectedVersion } from '../options.ts'
import { describeKind, describeValue } from '../util/arguments.ts'
import { BadRequest, Refusal } from './refusal.ts'

/** Bytes of a request's body. */
const LARGEST_BODY = 16 * 1024 * 1024
/** Bytes that are read of a body that is too large, so that its sender can be told. */
const MOST_DISCARDED = 4 * LARGEST_BODY

/** The fields of a request's body. Each throws BadRequest, which says what was expected and what was found. */
export class Fields {
  readonly #given: Readonly<Record<string, unknown>>

  /** Throws for what is no object, and for fields that are not among the `known`. */
  constructor(body: unknown, known: readonly string[], what = 'The body') {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new BadRequest(`${what} must be an object with ${known.join(', ')}, found ${describeKind(body)}.`)
    }
    const unknown = Object.keys(body).filter((key) => !known.includes(key))
    if (unknown.length > 0) {
      const found = unknown.slice(0, 5).map(describeValue).join(', ')
      throw new BadRequest(`${what} must have ${known.join(', ')}; found ${found}.`)
    }
    this.#given = { ...body }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#given, name)
  }

  text(name: string): string {
    const value = this.#of(name)
    if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
    throw new BadRequest(`${name} must be a text that is not empty and has no U+0000, found ${describeValue(value)}.`)
  }

  integer(name: string): number {
    const value = this.#of(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw new BadRequest(`${name} must be a whole number from 0 on, found ${describeValue(value)}.`)
  }

  word<const Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.#of(name)
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw new BadRequest(`${name} must be one of ${words.join(', ')}, found ${describeValue(value)}.`)
  }

  list(name: string): readonly unknown[] {
    const value = this.#of(name)
    if (Array.isArray(value)) return value
    throw new BadRequest(`${name} must be a list, found ${describeKind(value)}.`)
  }

  expectedVersion(): ExpectedVersion {
    const words = ['any', 'no-stream', 'stream-exists'] as const
    const value = this.#of('expectedVersion')
    const word = words.find((each) => each === value)
    if (word !== undefined) return word
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw new BadRequest(
      `expectedVersion must be a whole number from 0 on or one of ${words.join(', ')}, found ${describeValue(value)}.`,
    )
  }

  #of(name: string): unknown {
    return this.has(name) ? this.#given[name] : undefined
  }
}

/** Reads the JSON of a request. Rejects with a Refusal when it is too large or no JSON. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BadRequest(`The body must be JSON: ${reason}.`)
  }
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes <= LARGEST_BODY) chunks.push(chunk)
    else chunks.length = 0
    if (bytes > MOST_DISCARDED) break
  }
  if (bytes > LARGEST_BODY) {
    const advice = 'append large data by a program, or by the command line'
    throw new Refusal(413, 'TOO_LARGE', `The body must not have more than 16 MB: ${advice}.`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new BadRequest('The body must be text in UTF-8, found other bytes.')
  }
}
