/**
 * What of a store is shown to people: plain data, as JSON carries it. Types alone, and nothing imported: the admin page, which is
 * built apart and runs in a browser, takes them from here through `admin/api.ts`. Times are ISO 8601.
 */

/** An event without its data. */
export interface EventSummary {
  readonly position: number
  /** Its number in the stream that it was read from: the position in `$all`, else its version there. */
  readonly eventNumber: number
  /** The stream that it was appended to, and its version there. */
  readonly streamName: string
  readonly streamVersion: number
  readonly type: string
  readonly id: string
  readonly causationId: string | null
  readonly correlationId: string | null
  readonly createdAt: string
  /** The first 200 characters of the data as text; null where a list has so much data that this event's is not looked into. */
  readonly preview: string | null
  /** Of the data as text; where `preview` is null, as it is stored, perhaps compressed. */
  readonly bytes: number
}

/** A page of a stream's events. */
export interface EventPage {
  readonly events: readonly EventSummary[]
  /** Where the next page begins; null when there is no more. With filters a page may be empty and yet have one. */
  readonly next: number | null
  /** How many events were looked at for this page. */
  readonly looked: number
}

/** Where else an event is: a stream that links it. */
export interface EventLink {
  readonly streamName: string
  readonly streamVersion: number
}

/** An event with what caused it, what it caused, and what belongs to it. */
export interface Chain {
  /** The id of the event that was asked for. */
  readonly focus: string
  /** It, what caused it, what it caused, and what has its correlation id, by position. `eventNumber` is the position. */
  readonly events: readonly EventSummary[]
  /** Ids of a cause and its effect, both among `events`; cycles are possible, as ids are the callers'. */
  readonly edges: readonly (readonly [cause: string, effect: string])[]
  /** Causation ids of `events` that are not stored. */
  readonly missing: readonly string[]
  /** Whether the first of the causes has a cause that is stored, and was left out. */
  readonly moreCauses: boolean
  /** Whether all effects and relatives were found: false when a limit was reached, or the time was over. */
  readonly complete: boolean
  /** Effects and relatives were looked for up to this position. */
  readonly searchedTo: number
}

/** A subscription, how far it is, and who holds it. */
export interface SubscriptionRow {
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  /** The version of the stream; of `$all` the last position. */
  readonly head: number
  /** The head less the checkpoint: negative when the checkpoint is past the end, as after a restored backup. */
  readonly lag: number
  /** The session of the server that holds it, as in 'pid 4711, shop, 10.0.0.5'; null when nobody does. */
  readonly holder: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** How far a store and its subscriptions are at one moment. */
export interface Sample {
  readonly time: string
  /** The last position. */
  readonly head: number
  /** At most 100, those that lag most first. */
  readonly subscriptions: readonly SubscriptionSample[]
}

/** How far one subscription is; `lag` as in SubscriptionRow. */
interface SubscriptionSample {
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  readonly lag: number
}

/** Counts, sizes in bytes, and rates of a store. */
export interface Stats {
  readonly head: number
  readonly streams: number
  readonly deletedStreams: number
  readonly links: number
  readonly subscriptions: number
  readonly snapshots: number
  /** The type of the columns that hold data. */
  readonly payload: string
  /** The version of PostgreSQL. */
  readonly server: string
  readonly tables: readonly TableStats[]
  /** How many events were appended in the last so many seconds, by the times that they carry. */
  readonly rates: readonly RateStats[]
}

interface TableStats {
  readonly table: string
  readonly bytes: number
  readonly indexBytes: number
}

export interface RateStats {
  readonly seconds: number
  readonly events: number
}
