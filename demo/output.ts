import { styleText } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'
import Table from 'cli-table3'
import type { Tally } from './statistics.ts'

const ROWS = 12
const BAR = 24

/** A heading for what comes next. */
export function heading(text: string): void {
  console.log(`\n${bold(text)}`)
}

/** A count with thousands separated. */
export function number(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** How many of something a second, of what took some time. */
export function rate(count: number, milliseconds: number): string {
  return `${number(count / (Math.max(milliseconds, 1) / 1_000))}/s`
}

/** A progress bar on a terminal; elsewhere a line now and then. */
export function progressBar(total: number, unit: string): SingleBar {
  const bar = new SingleBar(
    {
      format: `  {bar} {percentage}%  {value}/{total} ${unit}  {duration_formatted}`,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      stream: process.stderr,
    },
    Presets.shades_classic,
  )
  bar.start(total, 0)
  return bar
}

/** A table of tallies with a bar each; of a long one the rows that matter most. */
export function tallyTable(title: string, tallies: readonly Tally[], keep: 'first' | 'last'): string {
  const shown = keep === 'first' ? tallies.slice(0, ROWS) : tallies.slice(-ROWS)
  const most = Math.max(...shown.map(({ commits }) => commits), 1)
  const table = new Table({
    head: [title, 'commits', 'merges', ''].map(bold),
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const { name, commits, merges } of shown) {
    const bar = '█'.repeat(Math.max(1, Math.round((commits / most) * BAR)))
    table.push([clip(name, 28), number(commits), number(merges), bar])
  }
  const rest = tallies.length - shown.length
  return rest > 0
    ? `${table.toString()}\n  … and ${number(rest)} ${keep === 'first' ? 'more' : 'earlier'}`
    : table.toString()
}

/** The text, cut to a length. */
export function clip(text: string, length: number): string {
  const clean = text.replace(/\p{Cc}/gu, ' ')
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean
}

function bold(text: string): string {
  return styleText('bold', text, { stream: process.stdout })
}
