import type { Finding, Level } from '../operations/doctor/finding.ts'
import type { Colour, Output } from './output.ts'
import { printable } from './printable.ts'
import { wrap } from './wrap.ts'

const COLOURS: Readonly<Record<Level, Colour>> = {
  ok: 'green',
  advice: 'cyan',
  warning: 'yellow',
  failure: 'red',
  unknown: 'dim',
}

const LEVEL_WIDTH = 9
const CHECK_WIDTH = 14
/** Columns below which what was found stands under its heading instead of beside it. */
const NARROW = 70
const INDENT = 2

/** A finding as people read it: how bad, which check, what was found, and below it what to do. */
export function findingText({ check, level, found, advice }: Finding, output: Output): string {
  const isNarrow = output.isTerminal && output.width < NARROW
  const margin = isNarrow ? INDENT : LEVEL_WIDTH + CHECK_WIDTH
  const width = output.isTerminal ? output.width - margin : Number.POSITIVE_INFINITY
  const heading =
    output.paint(COLOURS[level], level) + ' '.repeat(LEVEL_WIDTH - level.length) + check.padEnd(CHECK_WIDTH)
  const lines = [
    ...wrap(printable(found), width),
    ...(advice === null
      ? []
      : wrap(printable(advice), width - INDENT).map((line, index) => (index === 0 ? '→ ' : '  ') + line)),
  ]
  const [first = '', ...rest] = lines
  const indented = (isNarrow ? lines : rest).map((line) => ' '.repeat(margin) + line)
  return [isNarrow ? heading.trimEnd() : heading + first, ...indented].join('\n')
}
