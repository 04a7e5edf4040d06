import type { SubscriptionState } from '../subscription-state.ts'

/**
 * The life of a subscription, as a pure function: no I/O, no clock, no promises.
 *
 *   start ─► acquiring ──acquired──► reading ⇄ full       reading: a page is being read
 *                │ refused             ⇅                  full:    enough is queued; room resumes reading
 *                ▼                    live                live:    caught up; a wake-up resumes reading
 *             standby ──acquired──► reading
 *                ▲                     │
 *                └──────── lost ───────┘                  any ──close──► closed
 *
 * Invariants:
 * 1. At most one page is being read, always the one after `cursor`.
 * 2. A wake-up is a hint that there is something to read. One that comes while a page is being read is not forgotten.
 * 3. Only who holds the lock reads: out of `reading`, `full` and `live` every loss leads to `standby`.
 * 4. `live` is entered by the last page for now alone, and `caughtUp` stays true until the lock is lost.
 */
export type State =
  | { readonly kind: 'acquiring' }
  | { readonly kind: 'standby' }
  | { readonly kind: 'reading'; readonly cursor: number; readonly caughtUp: boolean; readonly woken: boolean }
  | { readonly kind: 'full'; readonly cursor: number; readonly caughtUp: boolean }
  | { readonly kind: 'live'; readonly cursor: number; readonly caughtUp: true }
  | { readonly kind: 'closed' }

export type Input =
  /** The lock is had; the checkpoint is what to read after. */
  | { readonly type: 'acquired'; readonly checkpoint: number }
  /** Another process holds the lock. */
  | { readonly type: 'refused' }
  /** The lock may be somebody else's by now. */
  | { readonly type: 'lost' }
  /** There may be something to read. */
  | { readonly type: 'woken' }
  /** A page was read up to `cursor`: whether it was the last one for now, and whether more may be queued. */
  | { readonly type: 'page'; readonly last: boolean; readonly cursor: number; readonly room: boolean }
  | { readonly type: 'read-failed' }
  /** The time to read again after a failure. */
  | { readonly type: 'retry' }
  /** More may be queued. */
  | { readonly type: 'room' }
  | { readonly type: 'close' }

/** What the shell has to do. `read`: the page after the cursor. `drop`: everything queued and in flight. */
export type Effect = 'read' | 'retry-later' | 'drop'

export type Transition = readonly [next: State, ...effects: Effect[]]

export const initial: State = { kind: 'acquiring' }

export function transition(state: State, input: Input): Transition {
  if (state.kind === 'closed') return [state]
  if (input.type === 'close') return [{ kind: 'closed' }, 'drop']
  if (state.kind === 'acquiring' || state.kind === 'standby') {
    if (input.type === 'acquired') return read(input.checkpoint, false)
    if (input.type === 'refused') return [{ kind: 'standby' }]
    return [state]
  }
  const { cursor, caughtUp } = state
  switch (input.type) {
    case 'lost':
      return [{ kind: 'standby' }, 'drop']
    case 'woken':
      if (state.kind === 'live') return read(cursor, true)
      return state.kind === 'reading' ? [{ ...state, woken: true }] : [state]
    case 'page':
      if (state.kind !== 'reading') return [state]
      if (input.last && !state.woken) return [{ kind: 'live', cursor: input.cursor, caughtUp: true }]
      if (!input.room) return [{ kind: 'full', cursor: input.cursor, caughtUp }]
      return read(input.cursor, caughtUp)
    case 'read-failed':
      return state.kind === 'reading' ? [state, 'retry-later'] : [state]
    case 'retry':
      return state.kind === 'reading' ? [state, 'read'] : [state]
    case 'room':
      return state.kind === 'full' ? read(cursor, caughtUp) : [state]
    case 'acquired':
    case 'refused':
      return [state]
    default:
      return input satisfies never
  }
}

function read(cursor: number, caughtUp: boolean): Transition {
  return [{ kind: 'reading', cursor, caughtUp, woken: false }, 'read']
}

/** What the world is told of a state. */
export function publicState(state: State): SubscriptionState {
  switch (state.kind) {
    case 'acquiring':
    case 'standby':
    case 'live':
    case 'closed':
      return state.kind
    case 'reading':
    case 'full':
      return state.caughtUp ? 'live' : 'catching-up'
    default:
      return state satisfies never
  }
}
