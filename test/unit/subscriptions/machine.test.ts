import { describe, expect, test } from 'vitest'
import { type Effect, type Input, initial, type State, transition } from '../../../src/subscriptions/machine.ts'

type Cell = readonly [kind: State['kind'], ...effects: Effect[]]

const STATES: { readonly [Kind in State['kind']]: Extract<State, { kind: Kind }> } = {
  acquiring: { kind: 'acquiring' },
  standby: { kind: 'standby' },
  reading: { kind: 'reading', cursor: 5, caughtUp: false, woken: false },
  full: { kind: 'full', cursor: 5, caughtUp: false },
  live: { kind: 'live', cursor: 5, caughtUp: true },
  closed: { kind: 'closed' },
}

const INPUTS: { readonly [Type in Input['type']]: Extract<Input, { type: Type }> } = {
  acquired: { type: 'acquired', checkpoint: 3 },
  refused: { type: 'refused' },
  lost: { type: 'lost' },
  woken: { type: 'woken' },
  page: { type: 'page', last: false, cursor: 7, room: true },
  'read-failed': { type: 'read-failed' },
  retry: { type: 'retry' },
  room: { type: 'room' },
  close: { type: 'close' },
}

/** Every state with every input: leave one out and this does not compile. */
const TABLE: Readonly<Record<State['kind'], Readonly<Record<Input['type'], Cell>>>> = {
  acquiring: {
    acquired: ['reading', 'read'],
    refused: ['standby'],
    lost: ['acquiring'],
    woken: ['acquiring'],
    page: ['acquiring'],
    'read-failed': ['acquiring'],
    retry: ['acquiring'],
    room: ['acquiring'],
    close: ['closed', 'drop'],
  },
  standby: {
    acquired: ['reading', 'read'],
    refused: ['standby'],
    lost: ['standby'],
    woken: ['standby'],
    page: ['standby'],
    'read-failed': ['standby'],
    retry: ['standby'],
    room: ['standby'],
    close: ['closed', 'drop'],
  },
  reading: {
    acquired: ['reading'],
    refused: ['reading'],
    lost: ['standby', 'drop'],
    woken: ['reading'],
    page: ['reading', 'read'],
    'read-failed': ['reading', 'retry-later'],
    retry: ['reading', 'read'],
    room: ['reading'],
    close: ['closed', 'drop'],
  },
  full: {
    acquired: ['full'],
    refused: ['full'],
    lost: ['standby', 'drop'],
    woken: ['full'],
    page: ['full'],
    'read-failed': ['full'],
    retry: ['full'],
    room: ['reading', 'read'],
    close: ['closed', 'drop'],
  },
  live: {
    acquired: ['live'],
    refused: ['live'],
    lost: ['standby', 'drop'],
    woken: ['reading', 'read'],
    page: ['live'],
    'read-failed': ['live'],
    retry: ['live'],
    room: ['live'],
    close: ['closed', 'drop'],
  },
  closed: {
    acquired: ['closed'],
    refused: ['closed'],
    lost: ['closed'],
    woken: ['closed'],
    page: ['closed'],
    'read-failed': ['closed'],
    retry: ['closed'],
    room: ['closed'],
    close: ['closed'],
  },
}

const cells = Object.entries(TABLE).flatMap(([kind, row]) =>
  Object.entries(row).map(([type, [next, ...effects]]) => ({
    state: STATES[kind as State['kind']],
    input: INPUTS[type as Input['type']],
    next,
    effects,
  })),
)

describe('the machine of a subscription', () => {
  test.each(cells)(
    '$state.kind on $input.type becomes $next with effects $effects',
    ({ state, input, next, effects }) => {
      const [after, ...actual] = transition(state, input)
      expect([after.kind, ...actual]).toEqual([next, ...effects])
    },
  )

  test('begins by acquiring', () => {
    expect(initial).toEqual({ kind: 'acquiring' })
  })

  test('reads after the checkpoint that it was given with the lock', () => {
    expect(transition(STATES.standby, { type: 'acquired', checkpoint: 42 })[0]).toMatchObject({
      cursor: 42,
      caughtUp: false,
    })
  })

  test('goes live with the last page for now, and stays caught up while it reads what comes', () => {
    const [live] = transition(STATES.reading, { type: 'page', last: true, cursor: 9, room: true })
    expect(live).toEqual({ kind: 'live', cursor: 9, caughtUp: true })
    const [reading] = transition(live, { type: 'woken' })
    expect(reading).toMatchObject({ kind: 'reading', cursor: 9, caughtUp: true })
    const [full] = transition(reading, { type: 'page', last: false, cursor: 11, room: false })
    expect(full).toMatchObject({ kind: 'full', cursor: 11, caughtUp: true })
  })

  test('reads again when it was woken while it read what seemed to be the last page', () => {
    const [woken] = transition(STATES.reading, { type: 'woken' })
    expect(transition(woken, { type: 'page', last: true, cursor: 9, room: true })).toEqual([
      { kind: 'reading', cursor: 9, caughtUp: false, woken: false },
      'read',
    ])
    const [full] = transition(woken, { type: 'page', last: true, cursor: 9, room: false })
    expect(full).toMatchObject({ kind: 'full', cursor: 9 })
  })

  test('is catching up again after it lost the lock and got it back', () => {
    const [standby] = transition(STATES.live, { type: 'lost' })
    expect(transition(standby, { type: 'acquired', checkpoint: 2 })[0]).toMatchObject({ cursor: 2, caughtUp: false })
  })
})
