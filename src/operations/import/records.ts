import type { Kind } from '../export/format.ts'

/** Data or metadata: JSON to the letter, or bytes. */
export type RecordContent = { readonly json: string } | { readonly bytes: Uint8Array }

/** A time with microseconds: `2030-01-31T12:00:00.000000Z`. */
export type Timestamp = string

/** A stream. Those that were hard deleted have none: their names are free, and their events are holes. */
interface StreamRecord {
  readonly record: 'stream'
  readonly name: string
  readonly createdAt: Timestamp
  /** When it was soft deleted. */
  readonly deletedAt: Timestamp | null
}

interface EventRecord {
  readonly record: 'event'
  readonly position: number
  readonly stream: string
  readonly streamVersion: number
  readonly id: string
  readonly type: string
  readonly causationId: string | null
  readonly correlationId: string | null
  readonly createdAt: Timestamp
  readonly data: RecordContent
  readonly metadata: RecordContent
}

/** The event at a position, as it stands in another stream. */
interface LinkRecord {
  readonly record: 'link'
  readonly stream: string
  readonly streamVersion: number
  readonly position: number
}

/** The version of a stream, `$all` perhaps, whose last events are gone. */
interface VersionRecord {
  readonly record: 'version'
  readonly stream: string
  readonly version: number
}

interface SnapshotRecord {
  readonly record: 'snapshot'
  readonly sourceId: string
  readonly sourceVersion: number
  readonly sourceType: string
  readonly createdAt: Timestamp
  readonly data: RecordContent
  readonly metadata: RecordContent
}

interface SubscriptionRecord {
  readonly record: 'subscription'
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}

/** One thing of a store. They come kind by kind, in this order; events by position, links in the order in which they were linked. */
export type StoreRecord = StreamRecord | EventRecord | LinkRecord | VersionRecord | SnapshotRecord | SubscriptionRecord

export type RecordOf<Each extends Kind> = Extract<StoreRecord, { readonly record: Each }>
