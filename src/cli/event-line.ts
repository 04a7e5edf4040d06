import stringWidth from 'string-width'
import type { RecordedEvent } from '../events.ts'
import { jsonOf } from './json-text.ts'
import type { Output } from './output.ts'
import { printable } from './printable.ts'
import { cut } from './table.ts'

const NUMBER_WIDTH = 6
/** Columns below which a date would leave no room for what happened. */
const NARROW = 60
/** Columns that are left for data and what stands between, where a long name has to give way. */
const ROOM = 16
/** Of data, this many characters for each column are more than can be shown. */
const SHOWN_PER_COLUMN = 32

/** An event in one line, for people: its number, when, what, and as much of its data as fits a terminal. */
export function eventLine(event: RecordedEvent, stream: string, output: Output): string {
  if (output.json) return '' // nobody reads it
  const number = String(event.eventNumber).padStart(NUMBER_WIDTH)
  const isNarrow = output.isTerminal && output.width < NARROW
  const time = event.createdAt.toISOString().slice(isNarrow ? 11 : 0, isNarrow ? 19 : undefined)
  const type = printable(event.type)
  const origin = event.streamName === stream ? '' : `  ${originOf(event, number + time + type, output)}`
  const start = `${number}  ${time}${origin}  ${type}  `
  const data = jsonOf(event.data) ?? ''
  if (!output.isTerminal) return start + printable(data)
  const text = cut(start + printable(data.slice(0, output.width * SHOWN_PER_COLUMN)), output.width)
  return output.paint('dim', text.slice(0, number.length)) + text.slice(number.length)
}

/** Where the event was appended; on a terminal, a long name leaves room for the type. */
function originOf({ streamName }: RecordedEvent, others: string, output: Output): string {
  const name = printable(streamName)
  if (!output.isTerminal) return name
  return cut(name, Math.max(Math.floor(output.width / 3), output.width - stringWidth(others) - ROOM))
}
