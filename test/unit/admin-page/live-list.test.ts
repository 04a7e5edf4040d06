import { describe, expect, test } from 'vitest'
import {
  arrived,
  type LiveList,
  MOST_ROWS,
  newestNumber,
  released,
  skipped,
  startList,
  withOlder,
} from '../../../src/admin/page/live/live-list.ts'
import { matches } from '../../../src/admin/page/live/matches.ts'
import { NO_FILTER } from '../../../src/admin/page/router.ts'

describe('a live list', () => {
  test('shows what arrives on top', () => {
    expect(numbers(arrived(startList(down(3, 1), null), up(4, 6), false))).toEqual([6, 5, 4, 3, 2, 1])
  })

  test('stands still while somebody reads, and shows what waited when it is released', () => {
    const held = arrived(arrived(startList(down(2, 1), null), up(3, 4), true), up(5, 5), true)
    expect(numbers(held)).toEqual([2, 1])
    expect(held.waitingCount).toBe(3)
    expect(numbers(released(held))).toEqual([5, 4, 3, 2, 1])
    expect(released(held).waitingCount).toBe(0)
  })

  test('shows what waited before what arrives when nobody reads any more', () => {
    const held = arrived(startList(down(1, 1), null), up(2, 2), true)
    expect(numbers(arrived(held, up(3, 3), false))).toEqual([3, 2, 1])
  })

  test('takes an event that comes twice once', () => {
    const list = arrived(startList(down(3, 1), null), up(2, 4), false)
    expect(numbers(list)).toEqual([4, 3, 2, 1])
    expect(arrived(list, up(2, 4), false)).toBe(list)
  })

  test('holds no more than its most, and reads on below where it was cut', () => {
    const list = arrived(startList(down(400, 351), 350), up(401, 1_400), false)
    expect(list.rows).toHaveLength(MOST_ROWS)
    expect(numbers(list)[0]).toBe(1_400)
    expect(list.older).toBe(1_400 - MOST_ROWS)
  })

  test('whose waiting room is full has to be started anew, and counts all that waited', () => {
    const list = arrived(startList(down(1, 1), null), up(2, 1_001), true)
    expect(list.waiting).toHaveLength(MOST_ROWS)
    expect(list).toMatchObject({ waitingCount: 1_000, detached: true })
    expect(numbers(arrived(list, up(1_002, 1_002), false))).toEqual([1])
  })

  test('that reads far back loses its newest, and no longer shows what arrives', () => {
    let list = startList(down(1_000, 951), 950)
    for (let older = 950; older > 400; older -= 50) list = withOlder(list, down(older, older - 49), older - 50)
    expect(list.rows).toHaveLength(MOST_ROWS)
    expect(numbers(list).at(-1)).toBe(401)
    expect(list.detached).toBe(true)
    expect(numbers(arrived(list, up(1_001, 1_001), false))).toEqual(numbers(list))
  })

  test('says which events were not sent', () => {
    const list = arrived(skipped(startList(down(1, 1), null), 2, 9, false), up(10, 10), false)
    expect(list.rows.map((row) => (row.kind === 'gap' ? [row.from, row.to] : row.event.eventNumber))).toEqual([
      10,
      [2, 9],
      1,
    ])
    expect(newestNumber(skipped(list, 11, 20, true))).toBe(20)
  })

  test('makes one gap of two that meet', () => {
    const list = skipped(skipped(startList(down(1, 1), null), 2, 9, true), 10, 12, true)
    expect(released(list).rows[0]).toEqual({ kind: 'gap', from: 2, to: 12 })
    expect(list.waitingCount).toBe(11)
  })

  test('that is empty begins with the first event that arrives', () => {
    const list = startList<{ readonly eventNumber: number }>([], null)
    expect(newestNumber(list)).toBe(0)
    expect(numbers(arrived(list, up(1, 2), false))).toEqual([2, 1])
  })
})

describe('the filter of what arrives', () => {
  const event = { type: 'Paid', streamName: 'order-7', correlationId: 'abc', causationId: null }

  test('asks for all that it names', () => {
    expect(matches(NO_FILTER, event)).toBe(true)
    expect(matches({ ...NO_FILTER, type: 'Paid', search: 'der-', correlationId: 'ABC' }, event)).toBe(true)
    expect(matches({ ...NO_FILTER, type: 'paid' }, event)).toBe(false)
    expect(matches({ ...NO_FILTER, search: 'x' }, event)).toBe(false)
    expect(matches({ ...NO_FILTER, causationId: 'abc' }, event)).toBe(false)
  })
})

type Numbered = { readonly eventNumber: number }

function up(from: number, to: number): readonly Numbered[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ eventNumber: from + index }))
}

function down(from: number, to: number): readonly Numbered[] {
  return up(to, from).toReversed()
}

function numbers(list: LiveList<Numbered>): readonly number[] {
  return list.rows.flatMap((row) => (row.kind === 'event' ? [row.event.eventNumber] : []))
}
