import type { JournalRecord } from '../journal.ts'
import type { Sample } from '../sampler.ts'
import type { FollowerScenario, SubscriptionScenario } from '../scenario.ts'
import type { Stored, StoredEvent } from '../stored.ts'

/** All that is known of a run: what the processes wrote down, what others saw meanwhile, and what is stored in the end. */
export interface Evidence {
  readonly journals: readonly ProcessJournal[]
  readonly samples: readonly Sample[]
  readonly stored: Stored
  readonly backups: readonly Backup[]
  readonly reads: readonly Read[]
  readonly disturbances: readonly Disturbance[]
  readonly subscriptions: readonly SubscriptionScenario[]
  readonly followers: readonly FollowerScenario[]
}

interface ProcessJournal {
  readonly process: string
  readonly records: readonly JournalRecord[]
}

/** What one transaction, which began after this time, saw of all events, in order. */
export interface Backup {
  readonly began: number
  readonly events: readonly { readonly position: number; readonly id: string }[]
}

/** What the store's own `read` gave in the end. */
export interface Read {
  readonly stream: string
  readonly direction: 'forwards' | 'backwards'
  readonly events: readonly { readonly number: number; readonly id: string }[]
}

/** A time during which a process heard of the server late or not at all, or during which it was stopped. */
export interface Disturbance {
  readonly process: string
  readonly from: number
  readonly to: number
  readonly stopped?: boolean
}

/** A rule that was broken, and where. */
export interface Finding {
  readonly rule: string
  readonly what: string
}

/** An event by its number in a stream. */
export interface Numbered {
  readonly number: number
  readonly event: StoredEvent
}

/** The events of a stream, linked ones among them, in the order of their numbers. */
export function eventsOf(stream: string, { events, links }: Stored): readonly Numbered[] {
  if (stream === '$all') return events.map((event) => ({ number: event.position, event }))
  const byPosition = new Map(events.map((event) => [event.position, event]))
  const own = events.filter((event) => event.stream === stream).map((event) => ({ number: event.version, event }))
  const linked = links.flatMap((link) => {
    const event = link.stream === stream ? byPosition.get(link.position) : undefined
    return event ? [{ number: link.version, event }] : []
  })
  return [...own, ...linked].sort((a, b) => a.number - b.number)
}
