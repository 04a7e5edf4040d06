import { describe, expect, test } from 'vitest'
import { check } from '../../../torture/check.ts'
import type { Evidence } from '../../../torture/checks/evidence.ts'
import type { Entry, JournalRecord } from '../../../torture/journal.ts'
import { IGNORED, LINKS, STREAMS, type SubscriptionScenario } from '../../../torture/scenario.ts'

const STREAM = STREAMS[0]

/** Four events of two keys in one stream, the first two of one append; the third is linked. */
const EVENTS = ['a', 'b', 'a', 'b'].map((key, index) => ({
  position: index + 1,
  id: `id-${index + 1}`,
  stream: STREAM,
  version: index + 1,
  type: 'Happened',
  key,
}))

const PLAIN: SubscriptionScenario = {
  name: 'plain',
  stream: '$all',
  order: 'all',
  mode: 'run',
  concurrency: 1,
  maxInFlight: 1,
  filtered: false,
  throws: false,
  checkpointEvery: 1,
  maxQueued: 10,
}

const WRITTEN: readonly Entry[] = [
  { type: 'append-called', operation: 'one', parts: [{ stream: STREAM, ids: ['id-1', 'id-2'] }] },
  { type: 'append-answered', operation: 'one', results: [{ streamVersion: 2, position: 2 }] },
  { type: 'append-called', operation: 'two', parts: [{ stream: STREAM, ids: ['id-3', 'id-4'] }] },
  { type: 'link-called', operation: 'one', part: { stream: LINKS, ids: ['id-3'] } },
  { type: 'link-answered', operation: 'one', part: { stream: LINKS, ids: ['id-3'] } },
]

/** A run in which everything went well, but for what is changed; the subscription's events are handled at 10, 20, 30 and 40. */
function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    journals: [
      { process: 'writer', records: journal(WRITTEN.map((entry) => [0, entry])) },
      { process: 'p', records: handled([1, 2, 3, 4]) },
    ],
    samples: [1, 2, 3, 4].map((checkpoint) => ({ subscription: 'plain', checkpoint, at: checkpoint * 10 + 6 })),
    stored: { events: EVENTS, links: [{ stream: LINKS, version: 1, position: 3 }] },
    disturbances: [],
    subscriptions: [PLAIN],
    followers: [],
    ...changes,
  }
}

function journal(entries: readonly (readonly [at: number, entry: Entry])[]): readonly JournalRecord[] {
  return entries.map(([at, entry]) => ({ at, ...entry }))
}

function delivered(number: number): Entry {
  return { type: 'delivered', subscription: 'plain', subscriber: 'run', number }
}

function acknowledged(...numbers: number[]): Entry {
  return { type: 'acknowledged', subscription: 'plain', numbers }
}

const STANDBY: Entry = { type: 'state', subscription: 'plain', state: 'standby' }
const CATCHING_UP: Entry = { type: 'state', subscription: 'plain', state: 'catching-up' }

/** Delivers each 10 ms and acknowledges it 5 ms later. */
function handled(numbers: readonly number[], from = 10): readonly JournalRecord[] {
  return numbers.flatMap((number, index) =>
    journal([
      [from + index * 10, delivered(number)],
      [from + index * 10 + 5, acknowledged(number)],
    ]),
  )
}

/** With the writer's journal, and these of subscribers. */
function subscribers(...journals: readonly (readonly JournalRecord[])[]): Pick<Evidence, 'journals'> {
  const [writer] = evidence().journals
  return {
    journals: [...(writer ? [writer] : []), ...journals.map((records, index) => ({ process: `p${index}`, records }))],
  }
}

function rules(changes: Partial<Evidence> = {}): readonly string[] {
  return [...new Set(check(evidence(changes)).map(({ rule }) => rule))]
}

describe('the checker of the torture', () => {
  test('finds nothing in a run in which everything went well', () => {
    expect(check(evidence())).toEqual([])
  })

  test('finds nothing in a run in which a process was killed and another one went on', () => {
    const killed = journal([
      [10, delivered(1)],
      [15, acknowledged(1)],
      [20, delivered(2)],
    ])
    expect(check(evidence({ ...subscribers(killed, handled([1, 2, 3, 4], 100)), samples: samplesOf(1, 4) }))).toEqual(
      [],
    )
  })

  test('finds what a process could not do by itself', () => {
    expect(rules({ journals: [...evidence().journals, { process: 'x', records: journal([[1, failed]]) }] })).toEqual([
      'no process fails by itself',
    ])
  })
})

const failed: Entry = { type: 'failed', what: 'Error: on purpose' }

function samplesOf(...checkpoints: readonly number[]): Evidence['samples'] {
  return checkpoints.map((checkpoint, index) => ({ subscription: 'plain', checkpoint, at: 1_000 + index }))
}

describe('what is stored', () => {
  test('an acknowledged append that is lost', () => {
    const stored = { events: EVENTS.slice(1).map((event) => ({ ...event })), links: evidence().stored.links }
    expect(rules({ stored })).toEqual(
      expect.arrayContaining(['no acknowledged append is lost', 'numbers have no gaps']),
    )
  })

  test('an append of which half is stored', () => {
    const stored = { events: EVENTS.slice(0, 3), links: evidence().stored.links }
    expect(rules({ stored })).toContain('an append is stored whole or not at all')
  })

  test('an event that is stored twice, or that nobody has appended', () => {
    const twice = [...EVENTS, { ...EVENTS[0], position: 5, version: 5 } as (typeof EVENTS)[number]]
    expect(rules({ stored: { events: twice, links: evidence().stored.links } })).toContain('no event is stored twice')
    const strange = [...EVENTS, { ...EVENTS[0], position: 5, version: 5, id: 'id-5' } as (typeof EVENTS)[number]]
    expect(rules({ stored: { events: strange, links: evidence().stored.links } })).toContain(
      'only what was appended is stored',
    )
  })

  test('a stream in another order than $all', () => {
    const turned = EVENTS.map((event) => ({ ...event, version: 5 - event.version }))
    expect(rules({ stored: { events: turned, links: evidence().stored.links } })).toContain(
      'the order of a stream is that of $all',
    )
  })

  test('an append that is elsewhere than its result says', () => {
    const moved = EVENTS.map((event) => ({ ...event, stream: event.position < 3 ? STREAMS[1] : STREAM }))
    expect(rules({ stored: { events: moved, links: evidence().stored.links } })).toContain(
      'an append is where its result says',
    )
  })

  test('a link that is lost, and one that nobody has made', () => {
    expect(rules({ stored: { events: EVENTS, links: [] } })).toContain('no acknowledged link is lost')
    const links = [...evidence().stored.links, { stream: LINKS, version: 2, position: 4 }]
    expect(rules({ stored: { events: EVENTS, links } })).toEqual(['only what was linked is linked'])
    const twice = [...evidence().stored.links, { stream: LINKS, version: 2, position: 3 }]
    expect(rules({ stored: { events: EVENTS, links: twice } })).toEqual(['no event is linked twice'])
  })
})

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

describe('followers', () => {
  const followers = [{ name: 'f', stream: '$all' }]
  const follow = (numbers: readonly number[]) =>
    journal(numbers.map((number) => [number, { type: 'followed', follower: 'f', number }]))

  test.each([
    ['a gap', [1, 2, 4]],
    ['an event that comes twice', [1, 2, 2, 3, 4]],
    ['events out of order', [1, 3, 2, 4]],
    ['an end that is not reached', [1, 2, 3]],
    ['an event that is not stored', [1, 2, 3, 4, 5]],
  ])('%s', (_, numbers) => {
    const journals = [...evidence().journals, { process: 'f', records: follow(numbers) }]
    expect(rules({ followers, journals })).toEqual(['followers see every event once, in order'])
  })

  test('nothing in one that has seen everything, killed on the way or not', () => {
    const records = [...follow([1, 2]), ...journal([[2.5, { type: 'started' }]]), ...follow([3, 4])]
    expect(rules({ followers, journals: [...evidence().journals, { process: 'f', records }] })).toEqual([])
  })
})
