import stringWidth from 'string-width'
import { printable } from './printable.ts'

/** A column: what stands above it, and what it shows of an item. */
export interface Column<Item> {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Whether it is left out, rather than cut, of a table that is too wide. */
  readonly optional?: boolean
  readonly of: (item: Item) => string | number
}

interface Measured {
  readonly cells: readonly string[]
  readonly align: 'left' | 'right'
  readonly optional: boolean
  /** Columns of the terminal that it takes whole. */
  readonly natural: number
}

const GAP = '  '
/** What is left of a column that has to give way, at least; and as long as there are others that can be left out: names with a UUID. */
const NARROWEST = 6
const COMFORTABLE = 44

/**
 * A table in so many columns of a terminal. What is too wide loses its optional columns, the last first; then the widest are cut, and
 * never a number. `paintTitle` paints the line of titles.
 */
export function renderTable<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  width: number,
  paintTitle: (text: string) => string,
): string {
  const kept = leaveOut(
    columns.map((column) => measure(column, items)),
    width,
  )
  const widths = shrink(kept, width - GAP.length * (kept.length - 1))
  const lineOf = (row: number) =>
    kept
      .map(({ cells, align }, index) => aligned(cut(cells[row] ?? '', widths[index] ?? 0), widths[index] ?? 0, align))
      .join(GAP)
      .trimEnd()
  const rows = items.map((_, index) => lineOf(index + 1))
  return `${[paintTitle(lineOf(0)), ...rows].join('\n')}\n`
}

function measure<Item>(
  { title, align = 'left', optional = false, of }: Column<Item>,
  items: readonly Item[],
): Measured {
  const cells = [title, ...items.map((item) => printable(String(of(item))))]
  return { cells, align, optional, natural: cells.reduce((most, cell) => Math.max(most, stringWidth(cell)), 0) }
}

function leaveOut(columns: readonly Measured[], width: number): readonly Measured[] {
  const least = columns.reduce(
    (sum, column) => sum + (mayBeCut(column) ? Math.min(column.natural, COMFORTABLE) : column.natural),
    GAP.length * (columns.length - 1),
  )
  const last = columns.findLastIndex(({ optional }) => optional)
  if (least <= width || last === -1) return columns
  return leaveOut(columns.toSpliced(last, 1), width)
}

/** Takes from the widest columns that may be cut until all fit, or nothing more can be taken. */
function shrink(columns: readonly Measured[], width: number): readonly number[] {
  const widths = columns.map(({ natural }) => natural)
  for (let excess = widths.reduce((sum, each) => sum + each, 0) - width; excess > 0; excess--) {
    let widest = -1
    for (const [index, column] of columns.entries()) {
      const each = widths[index] ?? 0
      if (mayBeCut(column) && each > NARROWEST && each > (widths[widest] ?? 0)) widest = index
    }
    if (widest === -1) break
    widths[widest] = (widths[widest] as number) - 1
  }
  return widths
}

function mayBeCut({ align, optional }: Measured): boolean {
  return align === 'left' && !optional
}

function aligned(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return align === 'right' ? space + text : text + space
}

/** UTF-16 code units that a column of a terminal takes at most, as a rule: more of them are cut off unmeasured. */
const LONGEST_COLUMN = 32

/** At most so many columns of a text, with an ellipsis where something is missing. Takes no longer for a text of megabytes. */
export function cut(text: string, width: number): string {
  const fits = text.length <= (width + 1) * LONGEST_COLUMN && stringWidth(text) <= width
  return fits ? text : `${beginningOf(text, width - 1)}…`
}

/** The first so many columns of a text, of whole characters. */
export function beginningOf(text: string, width: number): string {
  let kept = ''
  let left = width
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, (width + 2) * LONGEST_COLUMN))) {
    left -= stringWidth(segment)
    if (left < 0) break
    kept += segment
  }
  return kept
}
