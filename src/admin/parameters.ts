import { describeValue } from '../util/arguments.ts'
import { BadRequest } from './refusal.ts'

/** Rows of a page. */
export const LARGEST_PAGE = 200
export const USUAL_PAGE = 50

/** No name that is stored is longer; what is looked for needs no more. */
const LONGEST_TEXT = 4_000
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The parameters of a request's URL. An empty one counts as none: that is what a field in which nothing was typed sends. Each throws
 * BadRequest, which says what was expected and what was found.
 */
export class Parameters {
  readonly #given: URLSearchParams

  /** Throws for parameters that are not among the `known`: a misspelt one must not go unnoticed. */
  constructor(url: string, known: readonly string[]) {
    this.#given = new URL(url).searchParams
    for (const name of new Set(this.#given.keys())) {
      if (!known.includes(name)) {
        const expected = known.length === 0 ? 'none' : known.join(', ')
        throw new BadRequest(`There is no parameter ${describeValue(name)} here; expected ${expected}.`)
      }
      if (this.#given.getAll(name).length > 1) throw new BadRequest(`${name} must be given once.`)
    }
  }

  text(name: string): string | undefined {
    const value = this.#given.get(name) || undefined
    if (value === undefined) return undefined
    if (value.includes('\0')) throw new BadRequest(`${name} must be text, found the character U+0000.`)
    if (value.length <= LONGEST_TEXT) return value
    throw new BadRequest(`${name} must have at most ${LONGEST_TEXT} characters, found ${value.length}.`)
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value !== undefined) return value
    throw new BadRequest(`${name} is missing.`)
  }

  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
    throw new BadRequest(`${name} must be a whole number ${bounds}, found ${describeValue(value)}.`)
  }

  word<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw new BadRequest(`${name} must be one of ${words.join(', ')}, found ${describeValue(value)}.`)
  }

  uuid(name: string): string | undefined {
    const value = this.text(name)
    if (value === undefined || UUID.test(value)) return value?.toLowerCase()
    throw new BadRequest(`${name} must be a UUID, found ${describeValue(value)}.`)
  }

  requiredUuid(name: string): string {
    const value = this.uuid(name)
    if (value !== undefined) return value
    throw new BadRequest(`${name} is missing: expected a UUID.`)
  }
}
