import { isDeepStrictEqual } from 'node:util'
import { KINDS, type Kind } from '../export/format.ts'
import type { RecordContent, StoreRecord } from '../import/records.ts'
import { describeFacts, factsOf } from '../import/sections.ts'

/** What was compared of a kind. */
export interface Comparison {
  readonly kind: Kind
  readonly source: number
  readonly store: number
  /** Records that are not the same, or on one side only. */
  readonly different: number
}

export interface ComparisonResult {
  readonly comparisons: readonly Comparison[]
  /** The first of the differences, in words. */
  readonly examples: readonly string[]
}

/** Differences that are told of. */
const EXAMPLES = 5

/** Compares all records of two stores, field by field. Both come in the order of the kinds, and within a kind in the same one. */
export async function compareRecords(
  source: AsyncIterable<readonly StoreRecord[]>,
  store: AsyncIterable<readonly StoreRecord[]>,
  onProgress: (compared: number) => void = () => {},
): Promise<ComparisonResult> {
  const [left, right] = [new Peekable(source), new Peekable(store)]
  const comparisons: Comparison[] = []
  const examples: string[] = []
  let compared = 0
  try {
    for (const kind of KINDS) {
      const counts = { source: 0, store: 0, different: 0 }
      for (;;) {
        const [one, other] = [await left.nextOf(kind), await right.nextOf(kind)]
        if (!one && !other) break
        if (one) counts.source++
        if (other) counts.store++
        const difference = differenceOf(one, other)
        if (difference !== undefined) {
          counts.different++
          if (examples.length < EXAMPLES) examples.push(difference)
        }
        if (++compared % 1_000 === 0) onProgress(compared)
      }
      comparisons.push({ kind, ...counts })
    }
  } finally {
    await Promise.all([left.return(), right.return()])
  }
  return { comparisons, examples }
}

/** How two records differ that should be the same, in words; undefined if they do not. */
export function differenceOf(source: StoreRecord | undefined, store: StoreRecord | undefined): string | undefined {
  if (!source || !store) {
    const there = source ?? store
    return there && `${describe(there)} is in the ${source ? 'source' : 'store'} only`
  }
  const fields = Object.keys(source) as (keyof StoreRecord)[]
  const different = fields.filter((field) => !isSame(source[field], store[field]))
  return different.length === 0 ? undefined : `${describe(source)} differs in ${different.join(', ')}`
}

function describe(record: StoreRecord): string {
  return `${record.record} (${describeFacts(record.record, factsOf(record))})`
}

function isSame(source: unknown, store: unknown): boolean {
  return isContent(source) && isContent(store) ? isSameContent(source, store) : source === store
}

function isContent(value: unknown): value is RecordContent {
  return typeof value === 'object' && value !== null
}

/** The same text, the same bytes, or JSON that says the same: jsonb columns do not keep how it was written. */
function isSameContent(source: RecordContent, store: RecordContent): boolean {
  if ('bytes' in source && 'bytes' in store) return Buffer.compare(source.bytes, store.bytes) === 0
  const [one, other] = [textOf(source), textOf(store)]
  if (one === other) return true
  try {
    return isDeepStrictEqual(JSON.parse(one), JSON.parse(other))
  } catch {
    return false
  }
}

function textOf(content: RecordContent): string {
  return 'json' in content ? content.json : Buffer.from(content.bytes).toString()
}

/** Records from pages, of one kind after the other. */
class Peekable {
  readonly #pages: AsyncIterator<readonly StoreRecord[]>
  #page: readonly StoreRecord[] = []
  #at = 0

  constructor(pages: AsyncIterable<readonly StoreRecord[]>) {
    this.#pages = pages[Symbol.asyncIterator]()
  }

  /** The next record, if it is of this kind. */
  async nextOf(kind: Kind): Promise<StoreRecord | undefined> {
    while (this.#at === this.#page.length) {
      const { value, done } = await this.#pages.next()
      if (done) return undefined
      this.#page = value
      this.#at = 0
    }
    const record = this.#page[this.#at]
    if (record?.record !== kind) return undefined
    this.#at++
    return record
  }

  async return(): Promise<void> {
    await this.#pages.return?.()
  }
}
