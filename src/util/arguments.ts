/** Checks of what callers pass. Wrong types throw TypeError, values out of range RangeError; both say what was found. */

/** What a URL given in the wrong place looks like: there may be a password in it. */
const CREDENTIALS = /:\/\/|:.*@|password\s*=/is

/** How a value reads in an error message: short, and never a secret's or a large object's content. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string' && CREDENTIALS.test(value)) return 'a connection string'
  if (typeof value === 'string') return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

/** The same without any of a text's content: for data of events. */
export function describeKind(value: unknown): string {
  return typeof value === 'string' ? 'a string' : describeValue(value)
}

/** An integer that is not smaller than `least`. */
export function checkInteger(value: unknown, name: string, least: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be an integer, found ${describeValue(value)}`)
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer of at least ${least}, found ${value}`)
  }
  return value
}

/** An integer that is not smaller than `least`, or Infinity. */
export function checkCount(value: unknown, name: string, least: number): number {
  return value === Number.POSITIVE_INFINITY ? value : checkInteger(value, name, least)
}

/** Milliseconds: a number above 0, or Infinity. */
export function checkMillis(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be milliseconds, found ${describeValue(value)}`)
  if (!(value > 0)) throw new RangeError(`${name} must be more than 0 milliseconds (or Infinity), found ${value}`)
  return value
}

/** One of a few words. */
export function checkOneOf<const Word extends string>(value: unknown, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  const wanted = words.map((word) => `'${word}'`).join(' or ')
  const message = `${name} must be ${wanted}, found ${describeValue(value)}`
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message)
}

/**
 * A name that is stored: 1 to 1,000 bytes of UTF-8 without control characters. An index entry holds it, and a terminal or a page
 * must be able to show it.
 */
export function checkName(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`${what} must be a string, found ${describeValue(value)}`)
  const problem = nameProblem(value)
  if (problem)
    throw new RangeError(`${what} must be 1 to 1,000 bytes of text without control characters, found ${problem}`)
  return value
}

/** What keeps a text from being a name, or undefined. */
export function nameProblem(text: string): string | undefined {
  if (text === '') return 'an empty one'
  if (Buffer.byteLength(text) > 1_000) return `${Buffer.byteLength(text).toLocaleString('en')} bytes`
  if (/\p{Cc}/u.test(text)) return `a control character in ${describeValue(text)}`
  if (!text.isWellFormed()) return `half of a surrogate pair in ${describeValue(text)}`
  return undefined
}

/** A point in time that PostgreSQL and ISO 8601 both write with four digits of year. */
export function checkDate(value: unknown, name: string): Date {
  if (!(value instanceof Date)) throw new TypeError(`${name} must be a Date, found ${describeValue(value)}`)
  const year = value.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) {
    throw new RangeError(`${name} must be a valid Date of the years 1 to 9999, found ${value}`)
  }
  return value
}

/** An object of options (or nothing) that has no other fields than `known`: a misspelt option must not go unnoticed. */
export function checkOptions<Options extends object>(
  value: Options | undefined,
  what: string,
  known: readonly (keyof Options & string)[],
): Options {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value === undefined) return {} as Options
    throw new TypeError(`Options of ${what} must be an object, found ${describeKind(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!(known as readonly string[]).includes(key)) {
      throw new TypeError(`${what} has no option '${key}'. Its options are ${known.join(', ')}.`)
    }
  }
  return value
}

/** An AbortSignal, or nothing. */
export function checkSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value
  throw new TypeError(`signal must be an AbortSignal, found ${describeValue(value)}`)
}

/** A function, or nothing unless it is required. */
export function checkFunction<Value>(value: Value, name: string, required = false): Value {
  if (typeof value === 'function' || (value === undefined && !required)) return value
  throw new TypeError(`${name} must be a function, found ${describeValue(value)}`)
}
