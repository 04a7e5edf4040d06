import type { RecordedEvent } from '../events.ts'
import type { Output } from './output.ts'
import { printable } from './printable.ts'
import { cut } from './table.ts'

const NUMBER_WIDTH = 6

/** An event in one line, for people: its number, when, what, and as much of its data as fits a terminal. */
export function eventLine(event: RecordedEvent, stream: string, output: Output): string {
  const number = String(event.eventNumber).padStart(NUMBER_WIDTH)
  const time = event.createdAt.toISOString()
  const origin = event.streamName === stream ? '' : `  ${printable(event.streamName)}`
  const start = `${number}  ${time}${origin}  ${printable(event.type)}  `
  const data = printable(JSON.stringify(event.data) ?? '')
  if (!output.isTerminal) return start + data
  const text = cut(start + data, output.width)
  return text.length <= start.length
    ? text
    : `${output.paint('dim', start.slice(0, NUMBER_WIDTH))}${text.slice(NUMBER_WIDTH)}`
}
