import type { RecordedEvent } from '../../src/index.ts'
import type { Appended } from '../support/append-concurrently.ts'
import { claimsOf, lineOf } from '../support/replica-writers.ts'
import type { JournalRecord } from './journal.ts'

/** What the processes wrote down, each for itself, and what is stored in the end. */
export interface Evidence {
  readonly journals: readonly (readonly JournalRecord[])[]
  readonly stored: readonly RecordedEvent[]
}

/** Everything that breaks a promise of the store. */
export function check({ journals, stored }: Evidence): readonly string[] {
  const records = journals.flat().sort((a, b) => a.at - b.at)
  const handled = records.flatMap((record) => (record.type === 'handled' ? [record.position] : []))
  return [
    ...checkNumbers(stored),
    ...checkAppends(records, stored),
    ...checkSeen('the subscription', firstTimes(handled), stored),
    ...journals.flatMap((journal) => {
      const followed = journal.flatMap((record) => (record.type === 'followed' ? [record.position] : []))
      return followed.length > 0 ? checkSeen('the follower', followed, stored) : []
    }),
  ]
}

/** Positions and versions have no gaps. */
function checkNumbers(stored: readonly RecordedEvent[]): readonly string[] {
  const versions = new Map<string, number>()
  return stored.flatMap(({ position, streamName, streamVersion }, index) => {
    const version = (versions.get(streamName) ?? 0) + 1
    versions.set(streamName, version)
    const place = `${position} ${streamName}@${streamVersion}`
    return position === index + 1 && streamVersion === version
      ? []
      : [`a gap: expected ${index + 1} ${streamName}@${version}, found ${place}`]
  })
}

/** What was acknowledged is where its result says; what was not is stored whole or not at all; nothing else is stored. */
function checkAppends(records: readonly JournalRecord[], stored: readonly RecordedEvent[]): readonly string[] {
  const lines = new Set(stored.map(lineOf))
  const acknowledged = records.filter((record): record is JournalRecord & { type: 'acknowledged' } & Appended => {
    return record.type === 'acknowledged'
  })
  const lost = claimsOf(acknowledged).filter((line) => !lines.has(line))
  const left = new Map<string, number>()
  for (const { id } of stored) left.set(id, (left.get(id) ?? 0) + 1)
  const twice = [...left].filter(([, count]) => count > 1).map(([id]) => id)
  const halves: string[] = []
  for (const record of records) {
    if (record.type !== 'called') continue
    const found = record.ids.filter((id) => left.delete(id))
    if (found.length > 0 && found.length < record.ids.length) halves.push(record.ids.join(' '))
  }
  return [
    ...lost.map((line) => `acknowledged and not there: ${line}`),
    ...twice.map((id) => `stored twice: ${id}`),
    ...halves.map((ids) => `stored by halves: ${ids}`),
    ...[...left.keys()].map((id) => `stored, and nobody appended it: ${id}`),
  ]
}

/** Every event was seen, in order. */
function checkSeen(who: string, seen: readonly number[], stored: readonly RecordedEvent[]): readonly string[] {
  const length = Math.max(seen.length, stored.length)
  const wrong = Array.from({ length }, (_, index) => index).find((index) => seen[index] !== stored[index]?.position)
  if (wrong === undefined) return []
  return [`${who}: expected ${stored[wrong]?.position ?? 'nothing more'}, found ${seen[wrong] ?? 'nothing more'}`]
}

/** Those numbers that are greater than all before them: at least once means that others may come again. */
function firstTimes(numbers: readonly number[]): readonly number[] {
  let greatest = 0
  return numbers.filter((number) => {
    if (number <= greatest) return false
    greatest = number
    return true
  })
}
