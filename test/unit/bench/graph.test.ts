import { describe, expect, test } from 'vitest'
import { escapeHtml, html } from '../../../bench/graph/escape.ts'
import { page } from '../../../bench/graph/page.ts'
import { scaleTo, shortValue } from '../../../bench/graph/scale.ts'
import { aMeasurement, aReport } from './measurements.ts'

const HOSTILE = `<script>alert("1")</script>'&`

describe('markup', () => {
  test('text is escaped for tags and for quoted attributes', () => {
    expect(escapeHtml(HOSTILE)).toBe('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;')
  })

  test('a template escapes its values once, and takes markup as it is', () => {
    const inner = html`<b>${'<'}</b>`
    expect(html`<p title="${'"'}">${inner}${[inner]}${3}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;</b><b>&lt;</b>3</p>',
    )
  })
})

describe('the page', () => {
  test('escapes every text of a report', () => {
    const report = aReport({
      startedAt: HOSTILE,
      machine: { ...aReport().machine, cpu: HOSTILE, platform: HOSTILE, node: HOSTILE, packageVersion: HOSTILE },
      server: { version: HOSTILE, settings: { [HOSTILE]: HOSTILE } },
      measurements: [
        aMeasurement({ suite: HOSTILE, name: HOSTILE, comparedTo: 'other' }),
        aMeasurement({ suite: HOSTILE, name: 'other' }),
      ],
    })
    const text = page([{ name: HOSTILE, report }])
    expect(text).not.toContain('<script')
    expect(text).not.toContain('alert("1")')
    expect(text).toContain('&lt;script&gt;')
  })

  test('requests nothing, and runs nothing', () => {
    const text = page([{ name: 'a run', report: aReport({ measurements: [aMeasurement()] }) }])
    expect(text).not.toMatch(/https?:|src=|@import|url\(|<script/)
    expect(text).toContain(`default-src 'none'`)
  })

  test('has a chart for each suite and unit, in which each report has its bar', () => {
    const measurements = [
      aMeasurement({ name: 'speed', samples: [1_000, 2_000, 4_000] }),
      aMeasurement({ name: 'wait', unit: 'ms', better: 'less' }),
    ]
    const report = aReport({ measurements })
    const text = page([
      { name: 'first', report },
      { name: 'second', report },
    ])
    expect(text.match(/<figure/g)).toHaveLength(2)
    expect(text.match(/role="img"/g)).toHaveLength(4)
    expect(text).toContain('second: 2,000 events/s, the middle half of 3 samples 1,500 to 3,000')
  })
})

describe('scales', () => {
  test('end at the first round mark that reaches the value', () => {
    expect(scaleTo(88_000)).toEqual({ end: 100_000, marks: [0, 20_000, 40_000, 60_000, 80_000, 100_000] })
    expect(scaleTo(3)).toEqual({ end: 3, marks: [0, 1, 2, 3] })
    expect(scaleTo(0).end).toBeGreaterThan(0)
    expect(scaleTo(Number.NEGATIVE_INFINITY).end).toBeGreaterThan(0)
  })

  test('say their marks briefly', () => {
    expect([0.25, 15, 2_500, 250_000, 1_500_000].map(shortValue)).toEqual(['0.25', '15', '2.5k', '250k', '1.5M'])
  })
})
