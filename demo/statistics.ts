import type { RecordedEvent } from '../src/index.ts'
import type { CommitEvents } from './commit-events.ts'

export interface Tally {
  /** What was counted by: the author's stream, or the month. */
  readonly key: string
  readonly name: string
  readonly commits: number
  readonly merges: number
}

export interface Statistics {
  readonly events: number
  /** Most commits first. */
  readonly authors: readonly Tally[]
  /** Oldest month first. */
  readonly months: readonly Tally[]
}

/** Counts the commits of a stream of events by author and by month. */
export async function countCommits(events: AsyncIterable<RecordedEvent<CommitEvents>>): Promise<Statistics> {
  const authors = new Map<string, Tally>()
  const months = new Map<string, Tally>()
  let count = 0
  for await (const { type, data, streamName } of events) {
    count++
    const merges = type === 'BranchesMerged' ? 1 : 0
    add(authors, streamName, data.author, merges)
    const month = data.authoredAt.slice(0, 7)
    add(months, month, month, merges)
  }
  return {
    events: count,
    authors: [...authors.values()].sort((a, b) => b.commits - a.commits),
    months: [...months.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function add(tallies: Map<string, Tally>, key: string, name: string, merges: number): void {
  const before = tallies.get(key)
  tallies.set(key, { key, name, commits: (before?.commits ?? 0) + 1, merges: (before?.merges ?? 0) + merges })
}
