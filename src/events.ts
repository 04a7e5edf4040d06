/** The event types of a store: each type's name mapped to the data it carries. */
export type EventTypes = Record<string, unknown>

/** What is known about an event besides its data: who caused it, from where. */
export type Metadata = Readonly<Record<string, unknown>>

/**
 * An event to append. A union over `Types`, so that `type` narrows `data`.
 *
 * @example
 * const event: NewEvent = { type: 'OrderPlaced', data: { total: 12 } }
 */
export type NewEvent<Types extends EventTypes = EventTypes> = {
  [Type in keyof Types & string]: {
    readonly type: Type
    readonly data: Types[Type]
    /** @default {} */
    readonly metadata?: Metadata | undefined
    /** A UUID. Give your own to make a repeated append harmless. @default a new UUID version 7, per call */
    readonly id?: string | undefined
    readonly causationId?: string | undefined
    readonly correlationId?: string | undefined
  }
}[keyof Types & string]

/** An event as it was stored: immutable plain data. */
export type RecordedEvent<Types extends EventTypes = EventTypes> = {
  [Type in keyof Types & string]: {
    readonly id: string
    readonly type: Type
    readonly data: Types[Type]
    readonly metadata: Metadata
    readonly causationId: string | null
    readonly correlationId: string | null
    readonly createdAt: Date
    /** The stream that the event was appended to, and its version there (the first event is 1). */
    readonly streamName: string
    readonly streamVersion: number
    /** Its place among all events of the store: the order in which they were committed, without gaps. */
    readonly position: number
    /**
     * Its number in the stream that it was read from: `position` when read from `$all`, `streamVersion` when read from
     * its own stream, its version in the linking stream when read through a link. What `from` counts in.
     */
    readonly eventNumber: number
  }
}[keyof Types & string]
