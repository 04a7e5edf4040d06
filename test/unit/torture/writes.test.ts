import { describe, expect, test } from 'vitest'
import { check } from '../../../torture/check.ts'
import { markOf } from '../../../torture/events.ts'
import type { Work } from '../../../torture/journal.ts'
import { LINKS, SCRAPS } from '../../../torture/scenario.ts'
import {
  append,
  EVENTS,
  event,
  evidence,
  LINK,
  LINKED,
  ONE,
  OTHER,
  operation,
  readOf,
  rules,
  STORED,
  STREAM,
  TWO,
  WRITTEN,
  written,
} from './evidence.ts'

const NO_LINKS = { links: [] }

describe('the checker of the torture', () => {
  test('finds nothing in a run in which everything went well', () => {
    expect(check(evidence())).toEqual([])
    expect(written(WRITTEN, {}, { reads: ['$all', STREAM, LINKS].map((stream) => readOf(stream)) })).toEqual([])
  })

  test('finds what a process could not do by itself', () => {
    const records = [{ at: 1, type: 'failed', what: 'Error: on purpose' }] as const
    expect(rules({ journals: [...evidence().journals, { process: 'x', records }] })).toEqual([
      'no process fails by itself',
    ])
  })
})

describe('appends', () => {
  test('an acknowledged append that is lost', () => {
    const records = [...ONE, ...operation('two', append({}), [{ streamVersion: 4, position: 4 }], 2)]
    expect(written(records, { events: EVENTS.slice(0, 2), ...NO_LINKS })).toEqual(['no acknowledged append is lost'])
  })

  test('an append of unknown outcome may be stored or not, but not by halves', () => {
    for (const outcome of [undefined, { code: 'CONNECTION' }, { code: 'TIMEOUT' }]) {
      const records = [...ONE, ...operation('two', append({}), outcome)]
      expect(written(records, NO_LINKS)).toEqual([])
      expect(written(records, { events: EVENTS.slice(0, 2), ...NO_LINKS })).toEqual([])
      expect(written(records, { events: EVENTS.slice(0, 3), ...NO_LINKS })).toEqual([
        'an append is stored whole or not at all',
      ])
    }
  })

  test.each(['DATABASE', 'ROLLED_BACK', 'NOT_COMMITTED'])(
    'an append that is stored although it was refused with %s',
    (code) => {
      const refused = operation('two', append({}), { code, sqlState: '57014' }, 2)
      expect(written([...ONE, ...refused], NO_LINKS)).toEqual(['what was refused is not stored'])
      expect(written([...ONE, ...refused], { events: EVENTS.slice(0, 2), ...NO_LINKS })).toEqual([])
      const repeated = [...ONE, ...operation('two', append({}), { code: 'TIMEOUT' }, 2), ...refused]
      expect(written(repeated, NO_LINKS)).toEqual([])
    },
  )

  test('an event that is stored twice, or under the id of another one', () => {
    const again = event(5, markOf('two', 0, 1), { id: 'another' })
    expect(written(WRITTEN, { events: [...EVENTS, again] })).toContain('no event is stored twice')
    const sameId = event(5, 'three/0/0', { id: EVENTS[0]?.id ?? '' })
    expect(written(WRITTEN, { events: [...EVENTS, sameId] })).toContain('no event is stored twice')
  })

  test('an event that nobody has appended', () => {
    const strange = event(5, 'three/0/0')
    expect(written(WRITTEN, { events: [...EVENTS, strange] })).toEqual(['only what was appended is stored'])
  })

  test.each([
    ['the version', { streamVersion: 3, position: 4 }],
    ['the position', { streamVersion: 4, position: 5 }],
  ])('a result that lies about %s', (_, result) => {
    expect(written([...ONE, ...operation('two', append({}), [result], 2)], NO_LINKS)).toEqual([
      'an append is where its result says',
    ])
  })

  test('a repetition that is answered otherwise', () => {
    const again = operation('two', append({}), [{ streamVersion: 6, position: 6 }], 5)
    expect(written([...WRITTEN, ...again])).toEqual(['an append is where its result says'])
  })

  test('an append that is in another stream than its own, or has another id', () => {
    const moved = EVENTS.map((stored) => ({
      ...stored,
      stream: stored.position < 3 ? STREAM : OTHER,
      version: ((stored.position - 1) % 2) + 1,
    }))
    const records = [...ONE, ...operation('two', append({}), [{ streamVersion: 2, position: 4 }], 2)]
    expect(written(records, { events: moved, ...NO_LINKS })).toEqual(['an append is where its result says'])
    const renamed = EVENTS.map((stored) => (stored.position === 2 ? { ...stored, id: 'another' } : stored))
    expect(written(WRITTEN, { events: renamed })).toEqual(['an append is where its result says'])
  })
})

describe('numbers and order', () => {
  test('a position that is skipped', () => {
    const events = EVENTS.map((stored) => (stored.position < 3 ? stored : { ...stored, position: stored.position + 1 }))
    const records = [...ONE, ...operation('two', append({}), [{ streamVersion: 4, position: 5 }], 2)]
    expect(written(records, { events, ...NO_LINKS })).toEqual(['numbers have no gaps'])
  })

  test('a version that is skipped, or given twice', () => {
    for (const by of [1, -1]) {
      const events = EVENTS.map((stored) =>
        stored.position < 3 ? stored : { ...stored, version: stored.version + by },
      )
      const records = [...ONE, ...operation('two', append({}), [{ streamVersion: 4 + by, position: 4 }], 2)]
      expect(written(records, { events, ...NO_LINKS })).toContain('numbers have no gaps')
    }
  })

  test('a stream in another order than $all', () => {
    const events = EVENTS.map((stored) => ({ ...stored, version: 5 - stored.version }))
    expect(written(WRITTEN, { events })).toContain('the order of a stream is that of $all')
  })

  test('an append that is placed before one that was done when it was called', () => {
    const one = operation('one', append({}), [{ streamVersion: 2, position: 2 }], 10)
    expect(written([...one, ...TWO], NO_LINKS)).toEqual(['what was done before comes before'])
    const atOnce = operation('one', append({}), [{ streamVersion: 2, position: 2 }], 2.5)
    expect(written([...atOnce, ...TWO], NO_LINKS)).toEqual([])
  })

  test('a link that is placed before one that was done when it was called', () => {
    const first = operation(
      'first',
      { ...LINK, marks: [markOf('one', 0, 0)] } as Work,
      [{ streamVersion: 2, position: 1 }],
      5,
    )
    const second = operation('second', LINK, [{ streamVersion: 1, position: 3 }], 7)
    const links = [...STORED.links, { stream: LINKS, version: 2, position: 1 }]
    expect(written([...ONE, ...TWO, ...first, ...second], { links })).toEqual(['what was done before comes before'])
  })
})

describe('expected versions', () => {
  test.each([1, 3, 'no-stream'] as const)('a success for %s, which did not fit', (expected) => {
    const two = operation('two', append({ expected }), [{ streamVersion: 4, position: 4 }], 2)
    expect(written([...ONE, ...two], NO_LINKS)).toEqual(['a wrong expected version never succeeds'])
    const unknown = operation('two', append({ expected }), undefined, 2)
    expect(written([...ONE, ...unknown], NO_LINKS)).toEqual(['a wrong expected version never succeeds'])
  })

  test('a success for a stream that did not exist', () => {
    const one = operation('one', append({ expected: 'stream-exists' }), [{ streamVersion: 2, position: 2 }])
    expect(written([...one, ...TWO], NO_LINKS)).toEqual(['a wrong expected version never succeeds'])
  })

  test.each([2, 'any', 'stream-exists'] as const)('nothing in a success for %s, which fitted', (expected) => {
    const two = operation('two', append({ expected }), [{ streamVersion: 4, position: 4 }], 2)
    expect(written([...ONE, ...two], NO_LINKS)).toEqual([])
  })

  test('a version that was only checked, and did not fit', () => {
    const events = EVENTS.map((stored) =>
      stored.position < 3 ? stored : { ...stored, stream: OTHER, version: stored.version - 2 },
    )
    const two = (expected: number, streamVersion: number) => {
      const work = append({ stream: OTHER }, { expected, count: 0 })
      const results = [
        { streamVersion: 2, position: 4 },
        { streamVersion, position: 4 },
      ]
      return written([...ONE, ...operation('two', work, results, 2)], { events, ...NO_LINKS })
    }
    expect(two(2, 2)).toEqual([])
    expect(two(1, 2)).toEqual(['a wrong expected version never succeeds'])
    expect(two(2, 3)).toEqual(['an append is where its result says'])
  })

  test('a refusal for a version that fitted, or that the stream had not then', () => {
    const refused = (actual: number, called: number) =>
      operation('three', append({ expected: 2 }), { code: 'WRONG_EXPECTED_VERSION', stream: STREAM, actual }, called)
    const rule = ['a refused version was wrong']
    expect(written([...WRITTEN, ...refused(4, 5)])).toEqual([])
    expect(written([...WRITTEN, ...refused(2, 2.5)])).toEqual(rule) // it fitted
    expect(written([...WRITTEN, ...refused(0, 5)])).toEqual(rule) // what came after was done before
    expect(written([...WRITTEN, ...refused(4, 0.1)])).toEqual(rule) // what it was told of came later
  })

  test('a refusal without a reason', () => {
    const rule = ['nobody is refused without a reason']
    const refused = (code: string, sqlState?: string) =>
      written([...WRITTEN, ...operation('three', append({}), { code, ...(sqlState && { sqlState }) }, 9)])
    expect(refused('WRONG_EXPECTED_VERSION')).toEqual(rule)
    expect(refused('DUPLICATE_EVENT')).toEqual(rule)
    expect(refused('STREAM_DELETED')).toEqual(rule)
    expect(refused('DATABASE', '42601')).toEqual(rule)
    expect(refused('DATABASE', '57014')).toEqual([])
    expect(refused('CONNECTION')).toEqual([])
  })
})

describe('links', () => {
  test('a link that is lost, made twice, or made by nobody', () => {
    expect(written(WRITTEN, NO_LINKS)).toEqual(['no acknowledged link is lost'])
    const twice = [...STORED.links, { stream: LINKS, version: 2, position: 3 }]
    expect(written(WRITTEN, { links: twice })).toContain('no event is linked twice')
    const strange = [...STORED.links, { stream: LINKS, version: 2, position: 4 }]
    expect(written(WRITTEN, { links: strange })).toEqual(['only what was linked is linked'])
  })

  test('a link that was refused, or is elsewhere than its result says', () => {
    const refused = operation('link', LINK, { code: 'DATABASE', sqlState: '25006' }, 4)
    expect(written([...ONE, ...TWO, ...refused])).toEqual(['what was refused is not stored'])
    const elsewhere = operation('link', LINK, [{ streamVersion: 2, position: 3 }], 4)
    expect(written([...ONE, ...TWO, ...elsewhere])).toEqual(['an append is where its result says'])
  })

  test('half of the links of one call', () => {
    const two = operation(
      'link',
      { kind: 'link', stream: LINKS, marks: [markOf('one', 0, 0), markOf('two', 0, 0)] },
      undefined,
    )
    expect(written([...ONE, ...TWO, ...two])).toEqual(['an append is stored whole or not at all'])
  })
})

describe('deletions', () => {
  const hard = operation('hard', { kind: 'delete', stream: STREAM, mode: 'hard' }, [], 6)
  const soft = operation('soft', { kind: 'delete', stream: STREAM, mode: 'soft' }, [], 6)
  const other = operation('three', append({ stream: OTHER, count: 1 }), [{ streamVersion: 1, position: 5 }], 8)
  const after = event(5, markOf('three', 0, 0), { stream: OTHER, version: 1 })

  test('nothing in a stream whose events were removed for good, with the links to them', () => {
    const scrap = operation(
      'scrap',
      { kind: 'link', stream: SCRAPS, marks: [markOf('one', 0, 0)] },
      [{ streamVersion: 1, position: 1 }],
      5,
    )
    expect(written([...WRITTEN, ...scrap, ...hard, ...other], { events: [after], ...NO_LINKS })).toEqual([])
  })

  test('a stream whose events are still there, or partly', () => {
    const rule = ['what was deleted stays deleted']
    expect(written([...WRITTEN, ...hard])).toEqual(rule)
    expect(written([...WRITTEN, ...hard], { events: EVENTS.slice(0, 2), ...NO_LINKS })).toEqual(rule)
    const swept = EVENTS.map((stored) => ({ ...stored, stream: '' }))
    expect(written([...WRITTEN, ...hard], { events: swept, ...NO_LINKS })).toContain(rule[0])
  })

  test('events that are missing although their stream was deleted before they came, or only hidden', () => {
    const before = operation('hard', { kind: 'delete', stream: STREAM, mode: 'hard' }, [], -5)
    const rule = ['numbers have no gaps', 'no acknowledged append is lost']
    expect(written([...before, ...WRITTEN, ...other], { events: [after], ...NO_LINKS })).toEqual(rule)
    expect(written([...WRITTEN, ...soft, ...other], { events: [after], hidden: [STREAM], ...NO_LINKS })).toEqual(rule)
  })

  test('more missing positions than events that may be gone', () => {
    const unknown = operation('one', append({ stream: 'doomed' }), undefined)
    const gone = operation('gone', { kind: 'delete', stream: 'doomed', mode: 'hard' }, undefined, 1)
    const stored = (first: number) => ({
      events: [event(first, markOf('three', 0, 0), { stream: OTHER, version: 1 })],
      ...NO_LINKS,
    })
    const three = (position: number) =>
      operation('three', append({ stream: OTHER, count: 1 }), [{ streamVersion: 1, position }], 8)
    expect(written([...unknown, ...gone, ...three(3)], stored(3))).toEqual([])
    expect(written([...unknown, ...gone, ...three(4)], stored(4))).toEqual(['numbers have no gaps'])
  })

  test('a stream that is not hidden, or that nobody has hidden', () => {
    expect(written([...WRITTEN, ...soft], { hidden: [STREAM] })).toEqual([])
    expect(written([...WRITTEN, ...soft])).toEqual(['what was deleted stays deleted'])
    expect(written(WRITTEN, { hidden: [STREAM] })).toEqual(['only what was deleted is deleted'])
  })
})

describe('reads', () => {
  const backup = (positions: readonly number[], began = 100) => [
    { began, events: EVENTS.filter(({ position }) => positions.includes(position)) },
  ]

  test('a read that leaves something out, adds something, or turns it around', () => {
    const { events } = readOf('$all')
    const read = (changed: typeof events, direction: 'forwards' | 'backwards' = 'forwards') =>
      written(WRITTEN, {}, { reads: [{ stream: '$all', direction, events: changed }] })
    expect(read([...events].reverse(), 'backwards')).toEqual([])
    for (const changed of [
      events.slice(1),
      events.slice(0, 3),
      [...events, { number: 5, id: 'x' }],
      [...events].reverse(),
    ]) {
      expect(read(changed)).toEqual(['a read gives what is stored'])
    }
  })

  test('a backup with a hole, or without what was acknowledged before it', () => {
    expect(written(WRITTEN, {}, { backups: backup([1, 2, 3, 4]) })).toEqual([])
    expect(written(WRITTEN, {}, { backups: backup([1, 2], 1.5) })).toEqual([])
    expect(written(WRITTEN, {}, { backups: backup([1, 2, 4]) })).toEqual([
      'a backup has everything up to its last event',
    ])
    expect(written(WRITTEN, {}, { backups: backup([1, 2]) })).toEqual(['what was acknowledged is seen'])
  })

  test('a backup with something that was never committed', () => {
    const strange = [{ began: 100, events: [...EVENTS, { position: 5, id: 'x' }] }]
    expect(written([...ONE, ...TWO, ...LINKED], {}, { backups: strange })).toEqual([
      'a backup has everything up to its last event',
    ])
  })
})
