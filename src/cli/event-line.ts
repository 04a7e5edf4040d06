import type { RecordedEvent } from '../events.ts'
import type { Output } from './output.ts'
import { printable } from './printable.ts'
import { cut } from './table.ts'

const NUMBER_WIDTH = 6
/** Columns below which a date would leave no room for what happened. */
const NARROW = 60
/** Of data, this many characters for each column are more than can be shown. */
const SHOWN_PER_COLUMN = 32

/** An event in one line, for people: its number, when, what, and as much of its data as fits a terminal. */
export function eventLine(event: RecordedEvent, stream: string, output: Output): string {
  if (output.json) return '' // nobody reads it
  const number = String(event.eventNumber).padStart(NUMBER_WIDTH)
  const isNarrow = output.isTerminal && output.width < NARROW
  const time = event.createdAt.toISOString().slice(isNarrow ? 11 : 0, isNarrow ? 19 : undefined)
  const origin = event.streamName === stream ? '' : `  ${printable(event.streamName)}`
  const start = `${number}  ${time}${origin}  ${printable(event.type)}  `
  const data = JSON.stringify(event.data) ?? ''
  if (!output.isTerminal) return start + printable(data)
  const text = cut(start + printable(data.slice(0, output.width * SHOWN_PER_COLUMN)), output.width)
  return text.length <= start.length
    ? text
    : `${output.paint('dim', start.slice(0, NUMBER_WIDTH))}${text.slice(NUMBER_WIDTH)}`
}
