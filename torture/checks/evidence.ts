import type { JournalRecord } from '../journal.ts'
import type { Sample } from '../sampler.ts'
import type { SubscriptionScenario } from '../scenario.ts'
import type { Stored, StoredEvent } from '../stored.ts'

/** All that is known of a run: what the processes wrote down, what was seen in the table, and what is stored in the end. */
export interface Evidence {
  readonly journals: readonly ProcessJournal[]
  readonly samples: readonly Sample[]
  readonly stored: Stored
  readonly disturbances: readonly Disturbance[]
  readonly subscriptions: readonly SubscriptionScenario[]
  readonly followers: readonly { readonly name: string; readonly stream: string }[]
}

interface ProcessJournal {
  readonly process: string
  readonly records: readonly JournalRecord[]
}

/** A time during which a process heard of the server late or not at all. */
export interface Disturbance {
  readonly process: string
  readonly from: number
  readonly to: number
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
