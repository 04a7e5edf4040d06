/**
 * The event types of a store: each type's name mapped to the data it carries.
 *
 * @example
 * const orders = new EventStore<{ OrderPlaced: { total: number }; OrderPaid: { cents: number } }>()
 */
export type EventTypes = Record<string, unknown>

/** What is known about an event besides its data: who caused it, from where. */
export type Metadata = Readonly<Record<string, unknown>>

/**
 * An event to append. A union over `Types`, so that `type` narrows `data`.
 *
 * @example
 * const paid: NewEvent = { type: 'OrderPaid', data: { cents: 1200 }, metadata: { user: 'u-7' } }
 */
export type NewEvent<Types extends EventTypes = EventTypes> = {
  [Type in keyof Types & string]: {
    /** What kind of event it is: 1 to 1,000 bytes of text without control characters. */
    readonly type: Type
    /** What happened: anything that the serializer takes, up to 64 MB. */
    readonly data: Types[Type]
    /** What is known besides: an object, up to 64 MB. @default {} */
    readonly metadata?: Metadata | undefined
    /** A UUID. Give your own to make a repeated append harmless. @default a new UUID version 7, per call */
    readonly id?: string | undefined
    /** A UUID that tells why it happened: the id of the event or command that caused it. @default none */
    readonly causationId?: string | undefined
    /** A UUID that tells what it belongs to: all events of one request, or of one process. @default none */
    readonly correlationId?: string | undefined
  }
}[keyof Types & string]

/**
 * An event as it was stored: immutable plain data.
 *
 * @example
 * for await (const { streamName, streamVersion, type } of store.read('$all')) console.log(streamName, streamVersion, type)
 */
export type RecordedEvent<Types extends EventTypes = EventTypes> = {
  [Type in keyof Types & string]: {
    /** A UUID in lower case: the one that was given, else one of version 7. */
    readonly id: string
    /** What kind of event it is. Compare it, and `data` has the type that belongs to it. */
    readonly type: Type
    /** What happened, as the serializer reads it. */
    readonly data: Types[Type]
    /** What is known besides; `{}` when nothing was given. */
    readonly metadata: Metadata
    /** The id of the event or command that caused it, or null. */
    readonly causationId: string | null
    /** The id of what it belongs to, or null. */
    readonly correlationId: string | null
    /** When it was appended, by the clock of the database or as `createdAt` of the append says, to the millisecond. */
    readonly createdAt: Date
    /** The stream that the event was appended to. */
    readonly streamName: string
    /** Its version there: the first event of a stream is 1. */
    readonly streamVersion: number
    /** Its place among all events of the store: the order in which they were committed, without gaps (but for hard deletes). */
    readonly position: number
    /**
     * Its number in the stream that it was read from: `position` when read from `$all`, `streamVersion` when read from
     * its own stream, its version in the linking stream when read through a link. What `from`, `after` and `ack` count in.
     */
    readonly eventNumber: number
  }
}[keyof Types & string]
