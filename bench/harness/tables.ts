import Table from 'cli-table3'
import type { Measurement } from './report.ts'
import { ratioTo, spread } from './spread.ts'
import { median } from './statistics.ts'
import { formatValue, style } from './text.ts'

/** A table of what a suite measured, at most 80 columns wide: the case, its median, its quartiles and unit. */
export function measurementTable(measurements: readonly Measurement[]): string {
  const compared = measurements.some(({ comparedTo }) => comparedTo !== undefined)
  const table = plainTable(
    ['case', 'median', 'low – high', 'unit', ...(compared ? ['ratio'] : [])],
    compared ? [28, 9, 19, 11, 7] : [35, 10, 19, 11],
  )
  for (const measurement of measurements) {
    const { name, unit, samples } = measurement
    const { low, high } = spread(samples)
    const ratio = ratioTo(measurement, measurements)
    const cells = [name, formatValue(median(samples)), `${formatValue(low)} – ${formatValue(high)}`, unit]
    table.push(compared ? [...cells, ratio === undefined ? '' : ratio.toFixed(2)] : cells)
  }
  return table.toString()
}

/** A table whose first column is text that wraps, and whose others are flush right. */
export function plainTable(head: readonly string[], widths: readonly number[]): Table.Table {
  return new Table({
    head: head.map((text) => style('bold', text)),
    colWidths: [...widths],
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
}
