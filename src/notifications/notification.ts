/** PostgreSQL takes payloads of less than 8,000 bytes. */
const LONGEST = 7_999

/** What a NOTIFY tells the listeners: which streams have grown, that any may have, or that a subscription changed hands. */
export type Notification =
  | { readonly type: 'grown'; readonly streams: readonly string[] }
  | { readonly type: 'everything' }
  | { readonly type: 'subscriptions' }

const EVERYTHING = ''
const SUBSCRIPTIONS = 'subscriptions'

/** The payload of a NOTIFY; too many streams for one become "everything". */
export function toPayload(notification: Notification): string {
  switch (notification.type) {
    case 'grown': {
      const payload = JSON.stringify(notification.streams)
      return Buffer.byteLength(payload) > LONGEST ? EVERYTHING : payload
    }
    case 'everything':
      return EVERYTHING
    case 'subscriptions':
      return SUBSCRIPTIONS
    default:
      return notification satisfies never
  }
}

/** Reads a payload; what is none of ours (a later version's, perhaps) means "everything". */
export function fromPayload(payload: string): Notification {
  if (payload === SUBSCRIPTIONS) return { type: 'subscriptions' }
  try {
    const streams: unknown = JSON.parse(payload)
    if (Array.isArray(streams) && streams.every((stream) => typeof stream === 'string'))
      return { type: 'grown', streams }
  } catch {
    // not JSON
  }
  return { type: 'everything' }
}
