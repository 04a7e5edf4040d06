import { describe, expect, test } from 'vitest'
import { check } from '../../../torture/check.ts'
import type { Evidence } from '../../../torture/checks/evidence.ts'
import type { Entry, JournalRecord } from '../../../torture/journal.ts'
import { IGNORED } from '../../../torture/scenario.ts'
import {
  acknowledged,
  append,
  delivered,
  EVENTS,
  evidence,
  handled,
  journal,
  operation,
  PLAIN,
  rules,
} from './evidence.ts'

const STANDBY: Entry = { type: 'state', subscription: 'plain', state: 'standby' }
const CATCHING_UP: Entry = { type: 'state', subscription: 'plain', state: 'catching-up' }

/** With the writer's journal, and these of subscribers. */
function subscribers(...journals: readonly (readonly JournalRecord[])[]): Pick<Evidence, 'journals'> {
  const [writer] = evidence().journals
  return {
    journals: [...(writer ? [writer] : []), ...journals.map((records, index) => ({ process: `p${index}`, records }))],
  }
}

function samplesOf(...checkpoints: readonly number[]): Evidence['samples'] {
  return checkpoints.map((checkpoint, index) => ({ subscription: 'plain', checkpoint, at: 1_000 + index }))
}

describe('what is delivered', () => {
  test('an event that is skipped', () => {
    const found = rules({ ...subscribers(handled([1, 2, 4])), samples: samplesOf(2) })
    expect(found).toEqual([
      'events of a key are delivered in order',
      'a holder skips nothing',
      'every event is delivered',
      'the checkpoint arrives at the end',
    ])
  })

  test('an event that is never acknowledged', () => {
    const records = [...handled([1, 2, 3]), ...journal([[40, delivered(4)]])]
    const found = rules({ ...subscribers(records), samples: samplesOf(3) })
    expect(found).toEqual(['every event is acknowledged', 'the checkpoint arrives at the end'])
  })

  test('an event that overtakes an earlier one of its key', () => {
    const subscriptions = [{ ...PLAIN, order: 'key' as const }]
    expect(check(evidence({ subscriptions, ...subscribers(handled([2, 1, 4, 3])), samples: samplesOf(4) }))).toEqual([])
    expect(rules({ subscriptions, ...subscribers(handled([3, 1, 2, 4])), samples: samplesOf(4) })).toEqual([
      'events of a key are delivered in order',
    ])
  })

  test('an event that is delivered before the earlier one was handled, but for one of the same batch', () => {
    const records = journal([
      [10, delivered(1)],
      [11, delivered(2)],
      [12, acknowledged(1, 2)],
    ])
    const changes = { ...subscribers([...records, ...handled([3, 4], 20)]), samples: samplesOf(4) }
    expect(rules(changes)).toEqual(['events of a key are delivered in order'])
    expect(rules({ ...changes, subscriptions: [{ ...PLAIN, mode: 'batches' }] })).toEqual([])
  })

  test('an event of a batch that is skipped after the lock was lost', () => {
    const records = journal([
      [10, delivered(1)],
      [11, STANDBY],
      [11.5, CATCHING_UP],
      [12, delivered(2)],
      [13, acknowledged(2)],
      [14, delivered(1)],
      [15, acknowledged(1)],
    ])
    const changes = { ...subscribers([...records, ...handled([3, 4], 20)]), samples: samplesOf(4) }
    expect(rules({ ...changes, subscriptions: [{ ...PLAIN, mode: 'batches' }] })).toEqual([
      'events of a key are delivered in order',
    ])
  })

  test('a redelivery that leaves something out', () => {
    const again = journal([
      [100, STANDBY],
      [105, CATCHING_UP],
      [110, delivered(1)],
      [120, delivered(3)],
    ])
    expect(rules(subscribers([...handled([1, 2, 3, 4]), ...again]))).toEqual(['a holder skips nothing'])
  })

  test('an event that is not of the stream, or of no interest', () => {
    expect(rules(subscribers(handled([1, 2, 3, 4, 5])))).toContain('only events of the stream are delivered')
    const events = EVENTS.map((event) => ({ ...event, type: event.position === 2 ? IGNORED : event.type }))
    const changes = { stored: { ...evidence().stored, events }, subscriptions: [{ ...PLAIN, filtered: true }] }
    expect(rules(changes)).toContain('only events of the stream are delivered')
    expect(rules({ ...changes, ...subscribers(handled([1, 3, 4])), samples: samplesOf(4) })).toEqual([])
  })

  test('an acknowledgement of what was not delivered', () => {
    expect(rules(subscribers([...journal([[1, acknowledged(1)]]), ...handled([1, 2, 3, 4])]))).toContain(
      'only what was delivered is acknowledged',
    )
  })

  test('two processes that deliver at the same time, but for a hand-over', () => {
    const old = [...handled([1, 2]), ...handled([3], 500)]
    const next = [...handled([1, 2, 3, 4], 100)]
    const samples = samplesOf(4)
    expect(rules({ ...subscribers(old, next), samples })).toEqual([])
    const late = [...handled([1, 2]), ...handled([3], 2_000)]
    expect(rules({ ...subscribers(late, next), samples })).toEqual(['one process at a time delivers'])
    const disturbances = [{ process: 'p0', from: 50, to: 1_000 }]
    expect(rules({ ...subscribers(late, next), samples, disturbances })).toEqual([])
    const veryLate = [...handled([1, 2]), ...handled([3], 9_000)]
    expect(rules({ ...subscribers(veryLate, next), samples, disturbances })).toEqual(['one process at a time delivers'])
  })

  test('a process that delivers although it has said that it lost the lock', () => {
    const records = [...handled([1, 2]), ...journal([[30, STANDBY]]), ...handled([3, 4], 34)]
    expect(check(evidence({ ...subscribers(records), samples: samplesOf(4) }))).toEqual([
      { rule: 'who does not hold it delivers nothing', what: 'plain: 4 in p0, 14 ms after' },
    ])
  })

  test('nothing in a process that delivers again once it has the lock again', () => {
    const again = [
      [90, STANDBY],
      [2_990, CATCHING_UP],
    ] as const
    const first = [...handled([1, 2]), ...journal(again), ...handled([2, 3, 4], 3_000)]
    const records = subscribers(first, handled([2], 100))
    expect(rules({ ...records, samples: [{ subscription: 'plain', checkpoint: 4, at: 4_000 }] })).toEqual([])
  })

  test('nothing in a run in which a process was killed and another one went on', () => {
    const killed = journal([
      [10, delivered(1)],
      [15, acknowledged(1)],
      [20, delivered(2)],
    ])
    expect(check(evidence({ ...subscribers(killed, handled([1, 2, 3, 4], 100)), samples: samplesOf(1, 4) }))).toEqual(
      [],
    )
  })

  test('nothing in what a stopped process delivers when it goes on, as long as it has not heard', () => {
    const old = [...handled([1, 2]), ...handled([3], 12_000)]
    const next = handled([1, 2, 3, 4], 100)
    const changes = { ...subscribers(old, next), samples: [{ subscription: 'plain', checkpoint: 4, at: 13_000 }] }
    expect(rules(changes)).toEqual(['one process at a time delivers'])
    const stop = { process: 'p0', from: 25, to: 11_999, stopped: true }
    expect(rules({ ...changes, disturbances: [stop] })).toEqual([])
    expect(rules({ ...changes, disturbances: [{ ...stop, to: 10_000 }] })).toEqual(['one process at a time delivers'])
  })

  test('an event that was deleted may be delivered or not, but no other one is missing', () => {
    const gone = EVENTS.filter(({ position }) => position !== 2)
    const deleted = [
      ...operation('one', append({ count: 1 }), [{ streamVersion: 1, position: 1 }]),
      ...operation('gone', append({ stream: 'doomed', count: 1 }), [{ streamVersion: 1, position: 2 }], 1),
      ...operation('delete', { kind: 'delete', stream: 'doomed', mode: 'hard' }, [], 3),
      ...operation('two', append({}), [{ streamVersion: 3, position: 4 }], 2),
    ]
    const stored = { events: gone.map((event, index) => ({ ...event, version: index + 1 })), links: [], hidden: [] }
    const run = (numbers: readonly number[]) =>
      rules({
        stored,
        journals: [
          { process: 'writer', records: deleted },
          { process: 'p', records: handled(numbers) },
        ],
        samples: [{ subscription: 'plain', checkpoint: 4, at: 1_000 }],
      })
    expect(run([1, 3, 4])).toEqual([])
    expect(run([1, 2, 3, 4])).toEqual([])
    expect(run([1, 2, 4, 3])).toContain('events of a key are delivered in order')
  })
})

describe('the checkpoint', () => {
  test('past an event that was acknowledged only later', () => {
    const samples = [{ subscription: 'plain', checkpoint: 4, at: 44 }]
    expect(rules({ samples })).toEqual(['the checkpoint never passes an event that was not acknowledged'])
    expect(rules({ samples: [{ subscription: 'plain', checkpoint: 4, at: 45 }] })).toEqual([])
  })

  test('past an event that another one has overtaken', () => {
    const subscriptions = [{ ...PLAIN, order: 'none' as const }]
    const samples = [
      { subscription: 'plain', checkpoint: 2, at: 16 },
      { subscription: 'plain', checkpoint: 4, at: 100 },
    ]
    expect(rules({ subscriptions, ...subscribers(handled([2, 1, 3, 4])), samples })).toEqual([
      'the checkpoint never passes an event that was not acknowledged',
    ])
  })

  test('that goes back, or does not arrive at the end', () => {
    expect(rules({ samples: samplesOf(3, 2, 4) })).toEqual(['the checkpoint never goes back'])
    expect(rules({ samples: samplesOf(3) })).toEqual(['the checkpoint arrives at the end'])
    expect(rules({ samples: [] })).toEqual(['the checkpoint arrives at the end'])
  })
})
