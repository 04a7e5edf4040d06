import type { EventSummary, LiveState, SkippedEvents } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { listenToServer } from '../server-events.ts'

/** `off` is a list that does not follow its stream. */
export type Liveness = 'off' | 'connecting' | 'live' | 'lost'

export interface StreamFollower {
  appended(events: readonly EventSummary[]): void
  skipped(events: SkippedEvents): void
  /** The stream was deleted and created anew: its numbers begin again. */
  restarted(): void
  liveness(liveness: Liveness): void
}

/** Hears what is appended to a stream after an event number, until the function that it returns is called. */
export function followStream(stream: string, after: number, follower: StreamFollower): () => void {
  let last = after
  /** Whether these are the next ones. */
  const goesOn = (first: number | undefined, end: number | undefined) => {
    if (first === undefined || end === undefined) return false
    const next = first > last
    if (!next) follower.restarted()
    last = end
    return next
  }
  return listenToServer({
    url: (lastId) => apiUrl('live', { stream, after: lastId ?? after }),
    kinds: ['appended', 'skipped', 'state'],
    onOpen: () => follower.liveness('live'),
    onLost: () => follower.liveness('lost'),
    receive: (kind, data) => {
      if (kind === 'state') follower.liveness((data as LiveState).connected ? 'live' : 'lost')
      else if (kind === 'skipped') {
        const events = data as SkippedEvents
        if (goesOn(events.from, events.to)) follower.skipped(events)
      } else {
        const events = data as readonly EventSummary[]
        if (goesOn(events[0]?.eventNumber, events.at(-1)?.eventNumber)) follower.appended(events)
      }
    },
  })
}
