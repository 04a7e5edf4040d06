import type { Measurement } from '../harness/report.ts'
import { ratioTo, spread } from '../harness/spread.ts'
import { median } from '../harness/statistics.ts'
import { formatValue } from '../harness/text.ts'
import { html, type Markup } from './escape.ts'
import { type Scale, scaleTo, shortValue } from './scale.ts'

/** A report, as a colour in the charts. */
export interface Series {
  readonly label: string
  readonly measurements: readonly Measurement[]
}

const BAR = 14
/** Colours that the style has; further series begin again. */
export const COLOURS = 6

/** A chart of what was measured in one unit, a row for each case and a bar for each series that has it. */
export function chart(unit: Measurement['unit'], series: readonly Series[]): Markup {
  const own = series.map(({ label, measurements }) => ({
    label,
    measurements: measurements.filter((one) => one.unit === unit),
    all: measurements,
  }))
  const shown = own.flatMap(({ measurements }) => measurements)
  const scale = scaleTo(Math.max(...shown.map(({ samples }) => Math.max(spread(samples).high, median(samples)))))
  const names = [...new Set(shown.map(({ name }) => name))]
  const better = shown[0]?.better === 'more' ? 'more is better' : 'less is better'
  return html`<figure class="chart">
<figcaption>${unit} <span>${better}</span></figcaption>
${names.map((name) => {
  const bars = own.flatMap(({ label, measurements, all }, index) => {
    const found = measurements.find((one) => one.name === name)
    return found ? [bar(found, ratioTo(found, all), label, index, scale)] : []
  })
  return html`<div class="case"><h4>${name}</h4>${bars}</div>
`
})}${axis(scale)}
</figure>
`
}

/** From 0 to the median, with a whisker over the middle half of the samples. */
function bar(measurement: Measurement, ratio: number | undefined, label: string, index: number, scale: Scale): Markup {
  const { samples, unit, comparedTo } = measurement
  const { low, high } = spread(samples)
  const value = median(samples)
  const said = `${label}: ${formatValue(value)} ${unit}, the middle half of ${samples.length} samples ${formatValue(low)} to ${formatValue(high)}`
  const at = (some: number) => `${((Math.max(some, 0) / scale.end) * 100).toFixed(3)}%`
  const middle = BAR / 2
  return html`<div class="bar series-${(index % COLOURS) + 1}"><svg role="img" height="${BAR}" aria-label="${said}"><title>${said}</title>
${scale.marks.map((mark) => html`<line class="mark" x1="${at(mark)}" x2="${at(mark)}" y1="0" y2="${BAR}"/>`)}
<rect width="${at(value)}" height="${BAR}" rx="2"/>
<line class="whisker" x1="${at(low)}" x2="${at(high)}" y1="${middle}" y2="${middle}"/>
${[low, high].map((end) => html`<line class="whisker" x1="${at(end)}" x2="${at(end)}" y1="3" y2="${BAR - 3}"/>`)}
</svg><span class="value">${formatValue(value)}</span>${
    ratio === undefined
      ? html`<span class="ratio"></span>`
      : html`<span class="ratio" title="in relation to: ${comparedTo ?? ''}">× ${ratio.toFixed(2)}</span>`
  }</div>`
}

function axis({ end, marks }: Scale): Markup {
  return html`<div class="bar axis"><svg aria-hidden="true" height="16">${marks.map((mark, index) => {
    const anchor = index === 0 ? 'start' : index === marks.length - 1 ? 'end' : 'middle'
    return html`<text x="${((mark / end) * 100).toFixed(3)}%" y="12" text-anchor="${anchor}">${shortValue(mark)}</text>`
  })}</svg><span class="value"></span><span class="ratio"></span></div>`
}
