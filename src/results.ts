/** What an append or a link resolves to. */
export interface AppendResult {
  /** The stream's version right after this append: the next `expectedVersion`. */
  readonly streamVersion: number
  /** The position of the last event appended or linked (of `$all`'s last for a part without events). */
  readonly position: number
}

/** A stream as it stands. */
export interface StreamInfo {
  readonly name: string
  readonly version: number
  readonly status: 'active' | 'deleted'
  readonly createdAt: Date
  readonly deletedAt: Date | null
}

/** One page of a longer list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly page: number
  readonly pageSize: number
  readonly totalItems: number
  readonly totalPages: number
}

/** A subscription as it stands. */
export interface SubscriptionInfo {
  readonly stream: string
  readonly name: string
  readonly checkpoint: number
  /** The stream's version (of `$all`: its last position) less the checkpoint. */
  readonly lag: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Whether some process holds it now. */
  readonly active: boolean
}
