import { marksOf } from '../events.ts'
import type { AppendWork, DeleteWork, LinkWork, Refusal, Result, Work } from '../journal.ts'
import type { StoredEvent } from '../stored.ts'
import type { Evidence } from './evidence.ts'

/** A call, and how it ended: never, if its process was killed. Times are those of the journals. */
export interface Attempt {
  readonly called: number
  ended: number
  results: readonly Result[] | undefined
  refusal: Refusal | undefined
}

/** What a writer wanted, and all calls by which it tried to get it. */
export interface Operation<Wanted extends Work = Work> {
  readonly name: string
  readonly process: string
  readonly work: Wanted
  readonly attempts: readonly Attempt[]
}

export type Append = Operation<AppendWork>
export type Link = Operation<LinkWork>
export type Deletion = Operation<DeleteWork>

/** After these nobody knows what has happened. */
const UNKNOWN: ReadonlySet<string> = new Set(['CONNECTION', 'TIMEOUT'])

/** What the writers have done, as far as they know, and where their events are. */
export class History {
  readonly appends: readonly Append[]
  readonly links: readonly Link[]
  readonly deletions: readonly Deletion[]
  readonly #byMark: ReadonlyMap<string, StoredEvent>

  constructor({ journals, stored }: Pick<Evidence, 'journals' | 'stored'>) {
    const operations = readOperations(journals)
    this.appends = operations.flatMap(({ work, ...rest }) => (work.kind === 'append' ? [{ work, ...rest }] : []))
    this.links = operations.flatMap(({ work, ...rest }) => (work.kind === 'link' ? [{ work, ...rest }] : []))
    this.deletions = operations.flatMap(({ work, ...rest }) => (work.kind === 'delete' ? [{ work, ...rest }] : []))
    this.#byMark = new Map(stored.events.map((event) => [event.mark, event]))
  }

  eventOf(mark: string): StoredEvent | undefined {
    return this.#byMark.get(mark)
  }

  /** The events of an append that are stored, in the order in which they were asked for. */
  storedBy({ name, work }: Append): readonly StoredEvent[] {
    return marksOf(name, work).flatMap((marks) => marks.flatMap((mark) => this.#byMark.get(mark) ?? []))
  }
}

export function firstCall({ attempts }: Operation): number {
  return Math.min(...attempts.map(({ called }) => called))
}

/** When it was first known to be done. */
export function firstAnswer({ attempts }: Operation): number {
  return Math.min(...attempts.map(({ results, ended }) => (results ? ended : Number.POSITIVE_INFINITY)))
}

export function answersOf({ attempts }: Operation): readonly (readonly Result[])[] {
  return attempts.flatMap(({ results }) => (results ? [results] : []))
}

/** Whether every attempt was refused for certain, so that nothing may have happened. */
export function isRefused({ attempts }: Operation): boolean {
  return attempts.every(({ refusal }) => refusal && !UNKNOWN.has(refusal.code))
}

function readOperations(journals: Evidence['journals']): readonly Operation[] {
  const operations = new Map<string, Operation & { readonly attempts: Attempt[] }>()
  const attempts = new Map<string, Attempt>()
  for (const { process, records } of journals) {
    for (const record of records) {
      if (record.type === 'called') {
        const { operation: name, work } = record
        const operation = operations.get(name) ?? { name, process, work, attempts: [] }
        const attempt: Attempt = {
          called: record.at,
          ended: Number.POSITIVE_INFINITY,
          results: undefined,
          refusal: undefined,
        }
        operations.set(name, operation)
        operation.attempts.push(attempt)
        attempts.set(record.attempt, attempt)
      } else if (record.type === 'answered' || record.type === 'refused') {
        const attempt = attempts.get(record.attempt)
        if (!attempt) continue
        attempt.ended = record.at
        if (record.type === 'answered') attempt.results = record.results
        else attempt.refusal = record
      }
    }
  }
  return [...operations.values()]
}
