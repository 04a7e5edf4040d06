import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Pace, progressLine, showProgress } from '../../../src/cli/progress.ts'

describe('a pace', () => {
  test('tells the count, and once it is known the rate and the time that is left', () => {
    const pace = new Pace(10_000)
    pace.note(0, 0, 0)
    expect(pace.describe('events')).toEqual({ count: '0 events' })
    pace.note(1_000, 2_000, 1_500)
    expect(pace.describe('events')).toEqual({ count: '1,500 events', rate: '1,500/s', left: '4 s left' })
  })

  test('forgets how fast it went before the last seconds: what is skipped goes faster than what is written', () => {
    const pace = new Pace(2_000_000)
    for (let second = 0; second <= 10; second++) pace.note(second * 1_000, second * 100_000, second * 100_000)
    for (let second = 1; second <= 20; second++) {
      pace.note(10_000 + second * 1_000, 1_000_000 + second * 10_000, 1_000_000 + second * 10_000)
    }
    expect(pace.describe('events')).toEqual({ count: '1,200,000 events', rate: '10,000/s', left: '80 s left' })
  })

  test('tells no time that is left where the total is not known', () => {
    const pace = new Pace(0)
    pace.note(0, 0, 0)
    pace.note(2_000, 10, 10)
    expect(pace.describe('records')).toEqual({ count: '10 records', rate: '5/s' })
  })

  test('tells minutes and hours where it takes long', () => {
    const left = (total: number) => {
      const pace = new Pace(total)
      pace.note(0, 0, 0)
      pace.note(1_000, 1, 1)
      return pace.describe('events').left
    }
    expect([left(92), left(601), left(7_201)]).toEqual(['2 min left', '10 min left', '2.0 h left'])
  })
})

describe('a line of progress', () => {
  const texts = { count: '1,234,567 events', rate: '61,700/s', left: '12 min left' }

  test.each([
    [120, '  ███████░░░░░░░░░ 45%  1,234,567 events  61,700/s  12 min left'],
    [60, '  45%  1,234,567 events  61,700/s  12 min left'],
    [40, '  45%  61,700/s  12 min left'],
    [20, '  45%'],
    [3, ''],
  ])('of %i columns says as much as fits', (width, line) => {
    expect(progressLine(0.4567, texts, width)).toBe(line)
  })

  test('says how much was done where nobody knows how much there is', () => {
    expect(progressLine(undefined, { count: '7 events', rate: '3/s' }, 40)).toBe('  7 events  3/s')
    expect(progressLine(undefined, { count: '7 events', rate: '3/s' }, 12)).toBe('  7 events')
  })
})

test('progress is shown on a terminal, and taken away', () => {
  let shown = ''
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  terminal.on('data', (chunk) => {
    shown += chunk
  })
  const progress = showProgress(terminal, { things: 'events', total: 100 })
  progress.update(50, 50)
  progress.stop()
  expect(shown).toContain('50 events')
  expect(shown.endsWith('\x1b[1G\x1b[2K')).toBe(true)
  // A process that is killed meanwhile leaves a terminal that has its cursor, and breaks its lines.
  expect(shown).not.toContain('\x1b[?')
})

test('progress does nothing where there is no terminal', () => {
  const progress = showProgress(undefined, { things: 'events', total: 100 })
  progress.update(50, 50)
  progress.stop()
})
