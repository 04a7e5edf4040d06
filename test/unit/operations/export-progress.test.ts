import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Pace, showProgress } from '../../../src/cli/progress.ts'

describe('a pace', () => {
  test('tells the count, and once it is known the rate and the time that is left', () => {
    const pace = new Pace(10_000)
    pace.note(0, 0, 0)
    expect(pace.describe('events')).toBe('0 events')
    pace.note(1_000, 2_000, 1_500)
    expect(pace.describe('events')).toBe('1,500 events  1,500/s  4 s left')
  })

  test('forgets how fast it went before the last seconds: what is skipped goes faster than what is written', () => {
    const pace = new Pace(2_000_000)
    for (let second = 0; second <= 10; second++) pace.note(second * 1_000, second * 100_000, second * 100_000)
    for (let second = 1; second <= 20; second++) {
      pace.note(10_000 + second * 1_000, 1_000_000 + second * 10_000, 1_000_000 + second * 10_000)
    }
    expect(pace.describe('events')).toBe('1,200,000 events  10,000/s  80 s left')
  })

  test('tells no time that is left where the total is not known', () => {
    const pace = new Pace(0)
    pace.note(0, 0, 0)
    pace.note(2_000, 10, 10)
    expect(pace.describe('records')).toBe('10 records  5/s')
  })

  test('tells minutes and hours where it takes long', () => {
    const left = (total: number) => {
      const pace = new Pace(total)
      pace.note(0, 0, 0)
      pace.note(1_000, 1, 1)
      return pace.describe('events').split('  ')[2]
    }
    expect([left(92), left(601), left(7_201)]).toEqual(['2 min left', '10 min left', '2.0 h left'])
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
  expect(shown).toContain('\x1B[?25h') // the cursor is there again
})

test('progress does nothing where there is no terminal', () => {
  const progress = showProgress(undefined, { things: 'events', total: 100 })
  progress.update(50, 50)
  progress.stop()
})
