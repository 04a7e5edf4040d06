import type { JournalRecord } from '../journal.ts'
import type { FollowerScenario } from '../scenario.ts'
import { type Evidence, eventsOf, type Finding } from './evidence.ts'
import type { Gone } from './gone.ts'

const RULE = 'followers see every event once, in order'

/**
 * A follower that goes on after the last event that it has seen has seen every event once, in order. One that begins at the end
 * with each life of its process has seen everything after its first event, until that life ended.
 */
export function* checkFollowers({ journals, followers, stored }: Evidence, gone: Gone): Generator<Finding> {
  for (const follower of followers) {
    const numbers = eventsOf(follower.stream, stored).map(({ number }) => number)
    const mayBeGone = (number: number) => follower.stream === '$all' && gone.has(number)
    for (const { process, records } of journals) {
      if (!records.some(({ type }) => type === 'followed')) continue
      const lives = livesOf(follower, records)
      for (const [index, seen] of lives.entries()) {
        const first = follower.from === 'start' ? 0 : (seen[0] ?? Number.POSITIVE_INFINITY)
        const what = findWrong(seen, first, index === lives.length - 1, numbers, mayBeGone)
        if (what) yield { rule: RULE, what: `${follower.name} in ${process}: ${what}` }
      }
    }
  }
}

/** What was seen, from where it has to be complete: all of a journal, or each life of the process. */
function livesOf({ name, from }: FollowerScenario, records: readonly JournalRecord[]): readonly (readonly number[])[] {
  const lives: number[][] = [[]]
  for (const record of records) {
    if (record.type === 'started' && from === 'end') lives.push([])
    if (record.type === 'followed' && record.follower === name) lives.at(-1)?.push(record.number)
  }
  return lives
}

function findWrong(
  seen: readonly number[],
  first: number,
  isLast: boolean,
  numbers: readonly number[],
  mayBeGone: (number: number) => boolean,
): string | undefined {
  const stored = new Set(numbers)
  for (const [index, number] of seen.entries()) {
    if (number <= (seen[index - 1] ?? 0)) return `${number} after ${seen[index - 1]}`
    if (!stored.has(number) && !mayBeGone(number)) return `${number}, which is not stored`
  }
  const last = isLast ? Number.POSITIVE_INFINITY : (seen.at(-1) ?? 0)
  const had = new Set(seen)
  const skipped = numbers.find((number) => number >= first && number <= last && !had.has(number))
  return skipped === undefined ? undefined : `never saw ${skipped}`
}
