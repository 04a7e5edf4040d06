import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { eventLine } from '../../../src/cli/event-line.ts'
import { Output } from '../../../src/cli/output.ts'
import { printable } from '../../../src/cli/printable.ts'
import type { RecordedEvent } from '../../../src/index.ts'

const EVENT: RecordedEvent = {
  id: '019ab3a4-41c8-7000-8000-000000000001',
  type: 'OrderPlaced',
  data: { total: 12 },
  metadata: {},
  causationId: null,
  correlationId: null,
  createdAt: new Date('2026-11-23T15:00:01.234Z'),
  streamName: 'order-1',
  streamVersion: 7,
  position: 70,
  eventNumber: 7,
}

function lineOf(event: Partial<RecordedEvent>, columns?: number, stream = 'order-1'): string {
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  const stdout = Object.assign(new PassThrough(), terminal)
  const output = new Output({ json: false, stdout, stderr: new PassThrough() })
  return eventLine({ ...EVENT, ...event }, stream, output)
}

test('an event is a line: its number, when, what, and its data', () => {
  expect(lineOf({})).toBe('     7  2026-11-23T15:00:01.234Z  OrderPlaced  {"total":12}')
  expect(lineOf({}, undefined, '$all')).toBe('     7  2026-11-23T15:00:01.234Z  order-1  OrderPlaced  {"total":12}')
})

test('a narrow terminal shows the time of day, so that there is room for what happened', () => {
  expect(lineOf({}, 60)).toBe('     7  2026-11-23T15:00:01.234Z  OrderPlaced  {"total":12}')
  expect(lineOf({}, 59)).toBe('     7  15:00:01  OrderPlaced  {"total":12}')
  expect(lineOf({ data: { note: 'x'.repeat(100) } }, 40)).toBe('     7  15:00:01  OrderPlaced  {"note":…')
})

test('a long name of a stream leaves room for the type, and is whole where there is room for both', () => {
  const streamName = 'order-550e8400-e29b-41d4-a716-446655440000'
  expect(lineOf({ streamName }, 80, '$all')).toBe(
    '     7  2026-11-23T15:00:01.234Z  order-550e8400-e29b-41d4-…  OrderPlaced  {"to…',
  )
  expect(lineOf({ streamName }, 40, '$all')).toBe('     7  15:00:01  order-550e84…  OrderP…')
  expect(lineOf({ streamName }, 120, '$all')).toContain(`  ${streamName}  OrderPlaced  {"total":12}`)
  expect(lineOf({ streamName: 'x'.repeat(300) }, undefined, '$all')).toContain(`  ${'x'.repeat(300)}  OrderPlaced  `)
})

test('an event of 50 MB takes about as long as to look at each of its characters once', () => {
  const data = { text: 'x'.repeat(50_000_000) }
  expect(lineOf({ data }, 80)).toHaveLength(80)
  expect(fastest(() => lineOf({ data }, 80))).toBeLessThan(3 * fastest(() => printable(JSON.stringify(data))))
})

/** Milliseconds, on a machine that may be busy with other things. */
function fastest(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return Math.min(...times)
}
