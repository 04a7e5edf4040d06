import { describe, expect, test } from 'vitest'
import {
  formatAge,
  formatBytes,
  formatCompact,
  formatCount,
  formatNumberOf,
  formatOffset,
  formatRate,
  formatShortTime,
  formatTime,
} from '../../../src/admin/page/format.ts'

describe('figures', () => {
  test('have their thousands apart', () => {
    expect([0, 999, 1_000, 1_234_567, -12_345].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567', '-12,345'])
  })

  test('of an axis are short', () => {
    expect([0, 0.5, 950, 1_234, 1_250_000].map(formatCompact)).toEqual(['0', '0.5', '950', '1.23K', '1.25M'])
  })

  test('of a rate have a decimal while they are small, and are never 0 when something happens', () => {
    expect([0, 0.01, 0.26, 12.34, 99.96, 1_234.5].map(formatRate)).toEqual([
      '0/s',
      '<0.1/s',
      '0.3/s',
      '12.3/s',
      '100/s',
      '1,235/s',
    ])
  })

  test('of bytes have a unit', () => {
    expect([0, 999, 1_000, 1_536, 10_000_000, 5e15].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '1.5 kB',
      '10.0 MB',
      '5000 TB',
    ])
  })

  test('of a duration are in its largest unit', () => {
    expect([0, 999, 1_000, 61_000, 3_600_000, 90_000_000].map(formatAge)).toEqual([
      '0 s',
      '0 s',
      '1 s',
      '1 min',
      '1 h',
      '1 d',
    ])
  })

  test('that count things say so in the right number', () => {
    expect([0, 1, 1_000].map((value) => formatNumberOf(value, 'event'))).toEqual([
      '0 events',
      '1 event',
      '1,000 events',
    ])
  })
})

describe('times', () => {
  const iso = new Date(2026, 10, 3, 4, 5, 6, 7).toISOString()

  test('are in the time zone of the reader, to the millisecond', () => {
    expect(formatTime(iso)).toBe('2026-11-03 04:05:06.007')
  })

  test('say how far their zone is from UTC at that time', () => {
    const minutes = 0 - new Date(iso).getTimezoneOffset()
    const [, sign, hours, rest] = /^([+−])(\d\d):(\d\d)$/.exec(formatOffset(iso)) ?? []
    expect((sign === '−' ? -1 : 1) * (Number(hours) * 60 + Number(rest))).toBe(minutes)
    expect(formatOffset('never')).toBe('')
  })

  test('of today have no day in a narrow column', () => {
    expect(formatShortTime(iso, new Date(2026, 10, 3, 23, 59))).toBe('04:05:06')
    expect(formatShortTime(iso, new Date(2026, 10, 4, 0, 0))).toBe('2026-11-03 04:05:06')
  })

  test('that are none are shown as they are', () => {
    expect([formatTime('never'), formatShortTime('never', new Date())]).toEqual(['never', 'never'])
  })
})
