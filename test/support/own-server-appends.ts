import { expect } from 'vitest'
import { type AppendResult, ConnectionError, type EventStore, type NewEvent, TimeoutError } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { range } from './new-events.ts'
import { runSql } from './run-sql.ts'

/** An append with ids of its own, and what it was answered. */
export interface Answered {
  readonly stream: string
  readonly events: readonly NewEvent[]
  readonly answer: { readonly result: AppendResult } | { readonly error: unknown }
}

interface StoredEvent {
  readonly id: string
  readonly stream: string
  readonly version: number
  readonly position: number
}

/** Appends once. Resolves to what became of it. */
export async function appendOnce(
  store: EventStore,
  stream: string,
  count: number,
  { timeout = 15_000, size = 0 }: { readonly timeout?: number; readonly size?: number } = {},
): Promise<Answered> {
  const data = { filler: 'x'.repeat(size) }
  const events = Array.from({ length: count }, (): NewEvent => ({ type: 'Stored', data, id: uuidv7() }))
  try {
    return {
      stream,
      events,
      answer: { result: await store.append(stream, events, { expectedVersion: 'any', timeout }) },
    }
  } catch (error) {
    return { stream, events, answer: { error } }
  }
}

/** Whether nobody can know what became of it. */
export function isUnknown({ answer }: Answered): boolean {
  return 'error' in answer && (answer.error instanceof ConnectionError || answer.error instanceof TimeoutError)
}

export function isStored({ answer }: Answered): boolean {
  return 'result' in answer
}

export function errorsOf(appends: readonly Answered[]): readonly unknown[] {
  return appends.flatMap(({ answer }) => ('error' in answer ? [answer.error] : []))
}

/**
 * Fails unless every append was answered truthfully: what was stored is there once, together, where its result says; what was
 * refused is not there; what nobody can know is there as a whole or not at all, and its repetition settles it. And `$all` has no gap.
 */
export async function checkAnswers(url: string, store: EventStore, appends: readonly Answered[]): Promise<void> {
  const before = await readStored(url)
  for (const append of appends.filter(isStored)) checkPlace(append, before)
  for (const append of appends.filter((each) => !isStored(each) && !isUnknown(each))) {
    const { stream, events, answer } = append
    const stored = events.filter(({ id }) => before.has(id ?? '')).length
    expect({ stream, stored, answer }).toEqual({ stream, stored: 0, answer })
  }
  for (const append of appends.filter(isUnknown)) {
    const { stream, events } = append
    const stored = events.filter(({ id }) => before.has(id ?? '')).length
    expect([0, events.length]).toContain(stored)
    const result = await store.append(stream, events, { expectedVersion: 'any' })
    checkPlace({ stream, events, answer: { result } }, await readStored(url, result.position - events.length))
  }
  const after = [...(await readStored(url)).values()]
  expect(after.map(({ position }) => position)).toEqual(range(1, after.length).slice(0, after.length))
  const expected = appends.filter((each) => isStored(each) || isUnknown(each)).flatMap(({ events }) => events)
  expect(after.length).toBe(expected.length)
}

function checkPlace({ stream, events, answer }: Answered, stored: ReadonlyMap<string, StoredEvent>): void {
  if (!('result' in answer)) return
  const { streamVersion, position } = answer.result
  for (const [index, { id = '' }] of events.entries()) {
    const before = events.length - 1 - index
    const place = { id, stream, version: streamVersion - before, position: position - before }
    expect(stored.get(id)).toEqual(place)
  }
}

/** What stands in the table, past the store, by id. */
async function readStored(url: string, after = 0): Promise<ReadonlyMap<string, StoredEvent>> {
  const rows = await runSql<StoredEvent>(
    url,
    `SELECT e.event_id::text AS id, s.stream_name AS stream, e.stream_version::int AS version, e.position::int
     FROM eventstore.events e JOIN eventstore.streams s USING (stream_id)
     WHERE e.position > $1
     ORDER BY e.position`,
    [after],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
