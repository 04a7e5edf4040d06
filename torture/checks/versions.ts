import { marksOf } from '../events.ts'
import type { Part, Refusal } from '../journal.ts'
import type { Evidence, Finding } from './evidence.ts'
import { type Append, type Attempt, answersOf, firstAnswer, firstCall, type History } from './history.ts'

/** A wrong expected version never succeeds, and who is told of one is told the truth. */
export function* checkVersions({ stored }: Evidence, history: History): Generator<Finding> {
  const writers = new Map<string, Append>()
  for (const operation of history.appends) {
    for (const { stream, version } of history.storedBy(operation)) writers.set(`${stream} ${version}`, operation)
  }
  for (const operation of history.appends) {
    yield* checkSuccess(operation, history, stored.events)
    for (const attempt of operation.attempts) {
      if (attempt.refusal?.actual !== undefined) yield* checkRefusal(operation, attempt, attempt.refusal, writers)
    }
  }
}

function* checkSuccess(operation: Append, history: History, events: Evidence['stored']['events']): Generator<Finding> {
  const { name, work } = operation
  const begin = Math.min(...history.storedBy(operation).map(({ position }) => position))
  for (const [index, part] of work.parts.entries()) {
    const [mark] = marksOf(name, work)[index] ?? []
    const event = mark === undefined ? undefined : history.eventOf(mark)
    const [result] = answersOf(operation).map((results) => results[index])
    const told = result && result.streamVersion - part.count
    if (part.count > 0) {
      const before = event ? event.version - 1 : told
      if (before !== undefined && !fits(part, before)) yield wrong(name, part, before)
    } else if (Number.isFinite(begin) && result) {
      const before = events.filter(({ stream, position }) => stream === part.stream && position < begin).length
      if (!fits(part, before)) yield wrong(name, part, before)
      if (told !== before) {
        const what = `${name} was told ${part.stream} at ${told}, and it was at ${before}`
        yield { rule: 'an append is where its result says', what }
      }
    }
  }
}

function fits({ expected }: Part, version: number): boolean {
  if (expected === 'any') return true
  if (expected === 'no-stream') return version === 0
  return expected === 'stream-exists' ? version > 0 : version === expected
}

function wrong(name: string, { stream, expected }: Part, before: number): Finding {
  const what = `${name} expected ${stream} at ${expected}, and it was at ${before}`
  return { rule: 'a wrong expected version never succeeds', what }
}

/** The stream had that version at some time between the call and its end, as far as others know. */
function* checkRefusal(
  { name, work }: Append,
  { called, ended }: Attempt,
  { stream = '', actual }: Refusal,
  writers: ReadonlyMap<string, Append>,
): Generator<Finding> {
  const version = actual === 'no-stream' ? 0 : (actual ?? 0)
  const last = writers.get(`${stream} ${version}`)
  const next = writers.get(`${stream} ${version + 1}`)
  const part = work.parts.find((candidate) => candidate.stream === stream)
  const fitting = part && fits(part, version)
  const early = last && firstCall(last) > ended
  const late = next && firstAnswer(next) < called
  if (!fitting && !early && !late) return
  const what = `${name} was told that ${stream} is at ${actual}, and expected ${part?.expected}`
  yield { rule: 'a refused version was wrong', what }
}
