import { type Backup, type Evidence, eventsOf, type Finding } from './evidence.ts'
import type { Gone } from './gone.ts'
import { answersOf, firstAnswer, type History } from './history.ts'

/** Whoever reads sees everything up to some position and nothing after it, at any time, and in the end all that is stored. */
export function* checkReads(evidence: Evidence, history: History, gone: Gone): Generator<Finding> {
  for (const { stream, direction, events } of evidence.reads) {
    const expected = eventsOf(stream, evidence.stored).map(({ number, event }) => `${number} ${event.id}`)
    if (direction === 'backwards') expected.reverse()
    const index = expected.findIndex((text, place) => text !== `${events[place]?.number} ${events[place]?.id}`)
    if (index === -1 && events.length === expected.length) continue
    const what = `${stream} ${direction}: ${events.length} events for ${expected.length}, different from ${index} on`
    yield { rule: 'a read gives what is stored', what }
  }
  for (const backup of evidence.backups) yield* checkBackup(backup, evidence, history, gone)
}

function* checkBackup(
  { began, events }: Backup,
  { stored }: Evidence,
  history: History,
  gone: Gone,
): Generator<Finding> {
  const rule = 'a backup has everything up to its last event'
  const ids = new Map(events.map(({ position, id }) => [position, id]))
  const last = events.at(-1)?.position ?? 0
  const now = new Map(stored.events.map(({ position, id }) => [position, id]))
  for (const [position, id] of now) {
    if (position <= last && ids.get(position) !== id) yield { rule, what: `up to ${last}, without ${position}` }
  }
  for (const position of ids.keys()) {
    if (!now.has(position) && !gone.has(position)) yield { rule, what: `${position}, which is not stored any more` }
  }
  for (const operation of history.appends) {
    if (firstAnswer(operation) > began) continue
    const position = history.storedBy(operation).at(-1)?.position ?? answersOf(operation)[0]?.[0]?.position ?? 0
    if (position > last && !gone.has(position)) {
      yield {
        rule: 'what was acknowledged is seen',
        what: `${position}, acknowledged before a backup that ends at ${last}`,
      }
    }
  }
}
