import type { RestartMode } from './server.ts'

/** What is done to the processes, the server and the network. `process` is an index; times are in milliseconds. */
export type Fault =
  | { readonly type: 'kill'; readonly process: number; readonly downFor: number }
  | { readonly type: 'stop'; readonly process: number; readonly lasts: number }
  | { readonly type: 'cut'; readonly process: number }
  | { readonly type: 'delay'; readonly process: number; readonly by: number; readonly lasts: number }
  | {
      readonly type: 'blackhole'
      readonly process: number
      readonly lasts: number
      readonly heal: 'resume' | 'cut'
      /** The application name of the connections that it hits alone, if any. */
      readonly only: string | undefined
      /** Whether the server gives these sessions up meanwhile. */
      readonly abandoned: boolean
    }
  | { readonly type: 'restart'; readonly mode: RestartMode }
  | { readonly type: 'terminate'; readonly count: number; readonly choose: number }
  /** Cancels statements that run, so many of them at the most. */
  | { readonly type: 'cancel'; readonly count: number; readonly lasts: number }
  /** Somebody else holds the store's write lock, or a lock of a table. */
  | { readonly type: 'lock'; readonly what: Locked; readonly lasts: number }
  | { readonly type: 'read-only'; readonly lasts: number }
  /** Somebody else takes all connections. */
  | { readonly type: 'storm'; readonly lasts: number }
  /** Somebody reads everything in one transaction, and takes his time. */
  | { readonly type: 'backup'; readonly lasts: number }
  | { readonly type: 'maintain'; readonly command: string }

export type Locked = 'store' | 'events' | 'streams' | 'links' | 'subscriptions'

/** How often each comes, of a hundred. */
const WEIGHTS: Readonly<Record<Fault['type'], number>> = {
  kill: 24,
  stop: 8,
  cut: 8,
  delay: 6,
  blackhole: 8,
  restart: 7,
  terminate: 11,
  cancel: 9,
  lock: 6,
  'read-only': 3,
  storm: 3,
  backup: 4,
  maintain: 3,
}
const TYPES = Object.entries(WEIGHTS) as readonly [Fault['type'], number][]
/** These need a server of one's own. */
const OWN: ReadonlySet<Fault['type']> = new Set(['restart', 'storm'])
const MODES: readonly RestartMode[] = ['fast', 'immediate', 'kill']
const SESSIONS = [
  undefined,
  undefined,
  'eventstore',
  'eventstore locks',
  'eventstore locks',
  'eventstore notifications',
]
const LOCKED: readonly Locked[] = ['store', 'store', 'store', 'events', 'streams', 'links', 'subscriptions']
const COMMANDS = [
  'VACUUM eventstore.events',
  'VACUUM (FULL, ANALYZE) eventstore.events',
  'VACUUM FULL eventstore.subscriptions',
  'ANALYZE',
  'REINDEX TABLE eventstore.events',
  'REINDEX TABLE CONCURRENTLY eventstore.events',
  'REINDEX TABLE eventstore.streams',
]
const SHORTEST_PAUSE = 100
const LONGEST_PAUSE = 1_000

/** The next fault, and the milliseconds to wait before it: a function of the generator alone, so that a seed repeats them. */
export function nextFault(
  pick: (n: number) => number,
  processes: number,
  ownServer: boolean,
): { readonly pause: number; readonly fault: Fault } {
  const pause = SHORTEST_PAUSE + pick(LONGEST_PAUSE - SHORTEST_PAUSE)
  const type = chooseType(pick(100))
  return { pause, fault: choose(OWN.has(type) && !ownServer ? 'kill' : type, pick, processes) }
}

function chooseType(chance: number): Fault['type'] {
  let left = chance
  for (const [type, weight] of TYPES) {
    if (left < weight) return type
    left -= weight
  }
  return 'kill'
}

function choose(type: Fault['type'], pick: (n: number) => number, processes: number): Fault {
  switch (type) {
    case 'kill':
      return { type, process: pick(processes), downFor: pick(3) === 0 ? pick(2_500) : 0 }
    case 'stop':
      return { type, process: pick(processes), lasts: 200 + pick(pick(4) === 0 ? 12_000 : 3_000) }
    case 'cut':
      return { type, process: pick(processes) }
    case 'delay':
      return { type, process: pick(processes), by: 5 + pick(200), lasts: 500 + pick(3_000) }
    case 'blackhole': {
      const [heal, only] = [pick(2) === 0 ? 'resume' : 'cut', SESSIONS[pick(SESSIONS.length)]] as const
      return { type, process: pick(processes), lasts: 500 + pick(6_000), heal, only, abandoned: pick(2) === 0 }
    }
    case 'restart':
      return { type, mode: MODES[pick(MODES.length)] ?? 'fast' }
    case 'terminate':
      return { type, count: 1 + pick(10), choose: pick(2 ** 31) }
    case 'cancel':
      return { type, count: 1 + pick(20), lasts: 200 + pick(2_000) }
    case 'lock':
      return { type, what: LOCKED[pick(LOCKED.length)] ?? 'store', lasts: 200 + pick(pick(5) === 0 ? 8_000 : 2_500) }
    case 'read-only':
    case 'storm':
      return { type, lasts: 500 + pick(3_000) }
    case 'backup':
      return { type, lasts: 500 + pick(8_000) }
    case 'maintain':
      return { type, command: COMMANDS[pick(COMMANDS.length)] ?? 'ANALYZE' }
    default:
      return type satisfies never
  }
}
