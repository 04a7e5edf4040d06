import stringWidth from 'string-width'
import { printable } from './printable.ts'

/** A column: what stands above it, and what it shows of an item. */
export interface Column<Item> {
  readonly title: string
  readonly align?: 'left' | 'right'
  readonly of: (item: Item) => string | number
}

const GAP = '  '
/** What is left of a column that has to give way, at least. */
const NARROWEST = 6

/**
 * A table in so many columns of a terminal: what is too wide is cut, the widest columns first, and never a number. `paintTitle` paints the
 * line of titles.
 */
export function renderTable<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  width: number,
  paintTitle: (text: string) => string,
): string {
  const rows = items.map((item) => columns.map(({ of }) => printable(String(of(item)))))
  const titles = columns.map(({ title }) => title)
  const natural = columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => stringWidth(row[index] ?? ''))))
  const widths = shrink(natural, columns, width - GAP.length * (columns.length - 1))
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, index) => align(cut(cell, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align))
      .join(GAP)
      .trimEnd()
  return `${[paintTitle(lineOf(titles)), ...rows.map(lineOf)].join('\n')}\n`
}

/** Takes from the widest columns that may be cut until all fit, or nothing more can be taken. */
function shrink(natural: readonly number[], columns: readonly Column<never>[], width: number): readonly number[] {
  const widths = [...natural]
  const mayBeCut = (index: number) => columns[index]?.align !== 'right' && (widths[index] ?? 0) > NARROWEST
  for (let excess = widths.reduce((sum, each) => sum + each, 0) - width; excess > 0; excess--) {
    let widest = -1
    for (const [index, each] of widths.entries()) {
      if (mayBeCut(index) && each > (widths[widest] ?? 0)) widest = index
    }
    if (widest === -1) break
    widths[widest] = (widths[widest] as number) - 1
  }
  return widths
}

function align(text: string, width: number, how: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return how === 'right' ? space + text : text + space
}

/** At most so many columns of a text, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) >= width) break
    kept += segment
  }
  return `${kept}…`
}
