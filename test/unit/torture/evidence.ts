import { check } from '../../../torture/check.ts'
import { type Evidence, eventsOf } from '../../../torture/checks/evidence.ts'
import { idOf, markOf } from '../../../torture/events.ts'
import type { Entry, JournalRecord, Part, Refusal, Result, Work } from '../../../torture/journal.ts'
import { LINKS, STREAMS, type SubscriptionScenario } from '../../../torture/scenario.ts'
import type { Stored, StoredEvent } from '../../../torture/stored.ts'

export const [STREAM, OTHER] = STREAMS

export function event(position: number, mark: string, changes: Partial<StoredEvent> = {}): StoredEvent {
  const key = position % 2 === 1 ? 'a' : 'b'
  return { position, id: idOf(mark), stream: STREAM, version: position, type: 'Happened', key, mark, ...changes }
}

/** Four events of two keys in one stream, by two appends; the third is linked. */
export const EVENTS = [
  event(1, markOf('one', 0, 0)),
  event(2, markOf('one', 0, 1)),
  event(3, markOf('two', 0, 0)),
  event(4, markOf('two', 0, 1)),
]
export const STORED: Stored = { events: EVENTS, links: [{ stream: LINKS, version: 1, position: 3 }], hidden: [] }

export const PLAIN: SubscriptionScenario = {
  name: 'plain',
  stream: '$all',
  order: 'all',
  mode: 'run',
  concurrency: 1,
  maxInFlight: 1,
  filtered: false,
  throws: false,
  checkpointEvery: 1,
  maxQueued: 10,
}

export function append(...parts: readonly Partial<Part>[]): Work {
  return {
    kind: 'append',
    ownIds: true,
    parts: parts.map((part) => ({ stream: STREAM, expected: 'any', count: 2, ...part })),
  }
}

export const LINK: Work = { kind: 'link', stream: LINKS, marks: [markOf('two', 0, 0)] }

let attempts = 0

/** A call and its end: results, a refusal, or nothing when the process was killed. */
export function operation(
  name: string,
  work: Work,
  outcome: readonly Result[] | Refusal | undefined,
  called = 0,
  ended = called + 1,
): readonly JournalRecord[] {
  const attempt = `attempt ${attempts++}`
  const call = { at: called, type: 'called', operation: name, attempt, work } as const
  if (!outcome) return [call]
  if ('code' in outcome) return [call, { at: ended, type: 'refused', operation: name, attempt, ...outcome }]
  return [call, { at: ended, type: 'answered', operation: name, attempt, results: outcome }]
}

export const ONE = operation('one', append({}), [{ streamVersion: 2, position: 2 }], 0)
export const TWO = operation('two', append({}), [{ streamVersion: 4, position: 4 }], 2)
export const LINKED = operation('link', LINK, [{ streamVersion: 1, position: 3 }], 4)
export const WRITTEN = [...ONE, ...TWO, ...LINKED]

/** A run in which everything went well, but for what is changed; the subscription's events are handled at 10, 20, 30 and 40. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    journals: [
      { process: 'writer', records: WRITTEN },
      { process: 'p', records: handled([1, 2, 3, 4]) },
    ],
    samples: [1, 2, 3, 4].map((checkpoint) => ({ subscription: 'plain', checkpoint, at: checkpoint * 10 + 6 })),
    stored: STORED,
    backups: [],
    reads: [],
    disturbances: [],
    subscriptions: [PLAIN],
    followers: [],
    ...changes,
  }
}

/** What breaks rules of writing, in a run without subscriptions. */
export function written(
  records: readonly JournalRecord[],
  stored: Partial<Stored> = {},
  changes: Partial<Evidence> = {},
) {
  const journals = [{ process: 'writer', records }]
  return rules({ journals, stored: { ...STORED, ...stored }, samples: [], subscriptions: [], ...changes })
}

export function rules(changes: Partial<Evidence> = {}): readonly string[] {
  return [...new Set(check(evidence(changes)).map(({ rule }) => rule))]
}

/** A complete read of a stream, forwards. */
export function readOf(stream: string, stored: Stored = STORED): Evidence['reads'][number] {
  const events = eventsOf(stream, stored).map(({ number, event: { id } }) => ({ number, id }))
  return { stream, direction: 'forwards', events }
}

export function journal(entries: readonly (readonly [at: number, entry: Entry])[]): readonly JournalRecord[] {
  return entries.map(([at, entry]) => ({ at, ...entry }))
}

export function delivered(number: number): Entry {
  return { type: 'delivered', subscription: 'plain', subscriber: 'run', number }
}

export function acknowledged(...numbers: number[]): Entry {
  return { type: 'acknowledged', subscription: 'plain', numbers }
}

/** Delivers each 10 ms and acknowledges it 5 ms later. */
export function handled(numbers: readonly number[], from = 10): readonly JournalRecord[] {
  return numbers.flatMap((number, index) =>
    journal([
      [from + index * 10, delivered(number)],
      [from + index * 10 + 5, acknowledged(number)],
    ]),
  )
}
