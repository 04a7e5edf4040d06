/**
 * The format of an export: JSON, a record a line, each with its kind in the field `record`.
 *
 *   header · stream … · event … · link … · version … · snapshot … · subscription … · end
 *
 * Events come by position, all others in the order in which they were created, or by name. A `version` is that of a stream whose last
 * events are gone: the number that comes next cannot be told from those that are left.
 */
export const FORMAT = {
  name: 'pg-event-store',
  version: 1,
} as const

/** What a store consists of, in the order of an export. */
export const KINDS = ['stream', 'event', 'link', 'version', 'snapshot', 'subscription'] as const
export type Kind = (typeof KINDS)[number]

/** How many records there are of each kind. */
export type Counts = { readonly [Each in Kind as `${Each}s`]: number }

export const NO_COUNTS: Counts = { streams: 0, events: 0, links: 0, versions: 0, snapshots: 0, subscriptions: 0 }

export function countsWith(counts: Counts, kind: Kind, more: number): Counts {
  const name = `${kind}s` as const
  return { ...counts, [name]: counts[name] + more }
}

/** Bytes of the longest line: data and metadata of 64 MB each, of which every byte is escaped. */
export const LONGEST_LINE = 4 * 64 * 1024 * 1024 + 64 * 1024

/** The first record. */
export interface Header {
  readonly record: 'header'
  readonly format: typeof FORMAT.name
  readonly version: number
  /** Whether it holds all of the store, or some of its streams: their events and links, and nothing else. */
  readonly kind: 'whole' | 'part'
  /** The streams of a part. */
  readonly streams?: readonly string[]
  readonly payload: string
  /** The last migration of the schema. */
  readonly schemaVersion: string
  /** The last position that was given to an event. */
  readonly head: number
  readonly exportedAt: string
}
