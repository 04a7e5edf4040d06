/** What an append or a link resolves to. */
export interface AppendResult {
  /**
   * The stream's version right after this append: the next `expectedVersion`. `reached` of a subscription to the stream takes it.
   */
  readonly streamVersion: number
  /**
   * The position of the last event appended or linked (of `$all`'s last for a part without events): what `reached` of a
   * subscription to `$all` takes.
   */
  readonly position: number
}

/** A stream as it stands. */
export interface StreamInfo {
  /** The stream's name, or `$all`. */
  readonly name: string
  /** How many events it has had, links included; of `$all`, the last position. */
  readonly version: number
  /** Whether it was soft deleted. */
  readonly status: 'active' | 'deleted'
  /** When its first event was appended or linked. */
  readonly createdAt: Date
  /** When it was soft deleted; null while it is active. */
  readonly deletedAt: Date | null
}

/** One page of a longer list. */
export interface Page<Item> {
  /** What is on the page; nothing past the last one. */
  readonly items: readonly Item[]
  /** Which page it is; the first is 1. */
  readonly page: number
  /** The most items on a page. */
  readonly pageSize: number
  /** The items on all pages. */
  readonly totalItems: number
  /** How many pages there are; 0 when there are no items. */
  readonly totalPages: number
}

/** A subscription as it stands. */
export interface SubscriptionInfo {
  /** The stream that it is subscribed to, or `$all`. */
  readonly stream: string
  /** Its name, one of a kind for the stream. */
  readonly name: string
  /** The last event number up to which every event was acknowledged; 0 before the first. */
  readonly checkpoint: number
  /** The stream's version (of `$all`: its last position) less the checkpoint. */
  readonly lag: number
  /** When it was first connected to. */
  readonly createdAt: Date
  /** When its checkpoint was last written. */
  readonly updatedAt: Date
  /** Whether some process holds it now. */
  readonly active: boolean
}
