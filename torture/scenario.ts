/** What the writers write to and the subscribers subscribe to: what the processes and the checker have to agree on. */

export const STREAMS = ['stream-0', 'stream-1', 'stream-2', 'stream-3'] as const
/** Into this stream the writers link what they have appended. */
export const LINKS = 'links'
/** And into this one what they delete later. */
export const SCRAPS = 'scraps'
export const KEYS = 8
/** Events of this type are of no interest to the subscription `filtered`. */
export const IGNORED = 'Ignored'

export interface SubscriptionScenario {
  readonly name: string
  readonly stream: string
  /** Which events are delivered in order: all, those of one key, or none in particular. */
  readonly order: 'all' | 'key' | 'none'
  /** Handled by a run, or taken in batches of up to `maxInFlight` that are acknowledged by their last event. */
  readonly mode: 'run' | 'batches'
  readonly concurrency: number
  readonly maxInFlight: number
  /** Whether only events of other types than `IGNORED` are delivered. */
  readonly filtered: boolean
  /** Whether the handler throws now and then. */
  readonly throws: boolean
  readonly checkpointEvery: number
  readonly maxQueued: number
}

const PLAIN = {
  stream: '$all',
  order: 'all',
  mode: 'run',
  concurrency: 1,
  maxInFlight: 1,
  filtered: false,
  throws: false,
  checkpointEvery: 1,
  maxQueued: 1_000,
} as const

export const SUBSCRIPTIONS: readonly SubscriptionScenario[] = [
  { ...PLAIN, name: 'plain' },
  { ...PLAIN, name: 'keys', order: 'key', concurrency: 4, maxInFlight: 3 },
  { ...PLAIN, name: 'batches', mode: 'batches', maxInFlight: 20, checkpointEvery: 10, maxQueued: 50 },
  { ...PLAIN, name: 'competing', order: 'none', concurrency: 3, maxInFlight: 2 },
  { ...PLAIN, name: 'filtered', order: 'key', concurrency: 2, maxInFlight: 2, filtered: true, throws: true },
  { ...PLAIN, name: 'one-stream', stream: STREAMS[0] },
  { ...PLAIN, name: 'linked', stream: LINKS, maxQueued: 10 },
]

export interface FollowerScenario {
  readonly name: string
  readonly stream: string
  /** From the start and then on from the last event it has seen, or from the end in each life of its process. */
  readonly from: 'start' | 'end'
}

export const FOLLOWERS: readonly FollowerScenario[] = [
  { name: 'follower of $all', stream: '$all', from: 'start' },
  { name: `follower of ${STREAMS[1]}`, stream: STREAMS[1], from: 'start' },
  { name: `follower of ${LINKS}`, stream: LINKS, from: 'start' },
  { name: 'follower of the end', stream: '$all', from: 'end' },
]
