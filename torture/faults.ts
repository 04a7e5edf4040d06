import type { RestartMode } from './server.ts'

/** What is done to the processes, the server and the network. `process` is an index; times are in milliseconds. */
export type Fault =
  | { readonly type: 'kill'; readonly process: number; readonly downFor: number }
  | { readonly type: 'terminate'; readonly count: number; readonly choose: number }
  | { readonly type: 'restart'; readonly mode: RestartMode }
  | { readonly type: 'cut'; readonly process: number }
  | { readonly type: 'delay'; readonly process: number; readonly by: number; readonly lasts: number }
  | {
      readonly type: 'blackhole'
      readonly process: number
      readonly lasts: number
      readonly heal: 'resume' | 'cut'
      /** The application name of the connections that it hits alone, if any. */
      readonly only: string | undefined
    }

/** How often each comes, of a hundred. */
const WEIGHTS: Readonly<Record<Fault['type'], number>> = {
  kill: 40,
  terminate: 20,
  restart: 8,
  cut: 12,
  delay: 10,
  blackhole: 10,
}
const MODES: readonly RestartMode[] = ['fast', 'immediate', 'kill']
const SESSIONS = [undefined, undefined, 'eventstore', 'eventstore locks', 'eventstore notifications']
const SHORTEST_PAUSE = 100
const LONGEST_PAUSE = 1_200

/** The next fault, and the milliseconds to wait before it: a function of the generator alone, so that a seed repeats them. */
export function nextFault(
  pick: (n: number) => number,
  processes: number,
  mayRestart: boolean,
): { readonly pause: number; readonly fault: Fault } {
  const pause = SHORTEST_PAUSE + pick(LONGEST_PAUSE - SHORTEST_PAUSE)
  const type = chooseType(pick(100))
  return { pause, fault: choose(type === 'restart' && !mayRestart ? 'kill' : type, pick, processes) }
}

function chooseType(chance: number): Fault['type'] {
  let left = chance
  for (const [type, weight] of Object.entries(WEIGHTS) as [Fault['type'], number][]) {
    if (left < weight) return type
    left -= weight
  }
  return 'kill'
}

function choose(type: Fault['type'], pick: (n: number) => number, processes: number): Fault {
  switch (type) {
    case 'kill':
      return { type, process: pick(processes), downFor: pick(3) === 0 ? pick(2_500) : 0 }
    case 'terminate':
      return { type, count: 1 + pick(10), choose: pick(2 ** 31) }
    case 'restart':
      return { type, mode: MODES[pick(MODES.length)] ?? 'fast' }
    case 'cut':
      return { type, process: pick(processes) }
    case 'delay':
      return { type, process: pick(processes), by: 5 + pick(200), lasts: 500 + pick(3_000) }
    case 'blackhole':
      return {
        type,
        process: pick(processes),
        lasts: 500 + pick(6_000),
        heal: pick(2) === 0 ? 'resume' : 'cut',
        only: SESSIONS[pick(SESSIONS.length)],
      }
    default:
      return type satisfies never
  }
}
