/** PostgreSQL takes payloads of less than 8,000 bytes. */
const LONGEST = 7_999

/**
 * What a NOTIFY tells the listeners: which streams have grown (null: any may have), or that a subscription changed hands. Whoever
 * gives his name as `sender` has woken those who wait in his own process, and need not hear it again.
 */
export type Notification =
  | { readonly type: 'grown'; readonly streams: readonly string[] | null; readonly sender?: string | undefined }
  | { readonly type: 'subscriptions' }

const SUBSCRIPTIONS = 'subscriptions'

/** The payload of a NOTIFY; more streams than it holds become null. */
export function toPayload(notification: Notification): string {
  switch (notification.type) {
    case 'grown': {
      const { streams, sender } = notification
      const payload = JSON.stringify({ sender, streams })
      return Buffer.byteLength(payload) > LONGEST ? JSON.stringify({ sender, streams: null }) : payload
    }
    case 'subscriptions':
      return SUBSCRIPTIONS
    default:
      return notification satisfies never
  }
}

/** Reads a payload; what is none of ours (a later version's, perhaps) means that any stream may have grown. */
export function fromPayload(payload: string): Notification {
  if (payload === SUBSCRIPTIONS) return { type: 'subscriptions' }
  try {
    const { streams, sender }: { readonly streams?: unknown; readonly sender?: unknown } = JSON.parse(payload)
    const named = Array.isArray(streams) && streams.every((stream) => typeof stream === 'string')
    if (named || streams === null) return { type: 'grown', streams, ...(typeof sender === 'string' && { sender }) }
  } catch {
    // not JSON, or null
  }
  return { type: 'grown', streams: null }
}
