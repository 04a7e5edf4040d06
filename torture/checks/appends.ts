import { idOf, marksOf } from '../events.ts'
import type { Result } from '../journal.ts'
import type { StoredEvent } from '../stored.ts'
import type { Evidence, Finding } from './evidence.ts'
import type { Gone } from './gone.ts'
import { type Append, answersOf, type History, isRefused } from './history.ts'

/** What was acknowledged is stored once, where its result says; what was refused is not; nothing is stored by halves. */
export function* checkAppends({ stored }: Evidence, history: History, gone: Gone): Generator<Finding> {
  const strange = yield* checkMarks(stored.events)
  for (const operation of history.appends) {
    const found = history.storedBy(operation)
    for (const { mark } of found) strange.delete(mark)
    for (const [part, marks] of marksOf(operation.name, operation.work).entries()) {
      yield* checkPart(operation, part, marks, history, gone)
    }
    yield* checkWhole(operation, found.length, gone)
    if (found.length > 0 && isRefused(operation)) {
      const codes = operation.attempts.map(({ refusal }) => `${refusal?.code} ${refusal?.sqlState ?? ''}`.trim())
      const what = `${found.length} events of ${operation.name}, refused with ${codes.join(', ')}`
      yield { rule: 'what was refused is not stored', what }
    }
  }
  for (const mark of strange) yield { rule: 'only what was appended is stored', what: mark }
}

function* checkMarks(events: readonly StoredEvent[]): Generator<Finding, Set<string>> {
  const marks = new Set<string>()
  const ids = new Set<string>()
  for (const { id, mark, stream } of events) {
    if (marks.has(mark) || ids.has(id)) yield { rule: 'no event is stored twice', what: `${mark} in ${stream}` }
    marks.add(mark)
    ids.add(id)
  }
  return marks
}

function* checkPart(
  operation: Append,
  part: number,
  marks: readonly string[],
  history: History,
  gone: Gone,
): Generator<Finding> {
  const { work } = operation
  const stream = work.parts[part]?.stream ?? ''
  const answers = answersOf(operation)
  for (const [index, mark] of marks.entries()) {
    const event = history.eventOf(mark)
    const after = marks.length - 1 - index
    if (!event) {
      if (answers.length > 0 && !gone.mayRemove(stream, operation)) {
        yield { rule: 'no acknowledged append is lost', what: `${mark} in ${stream}` }
      }
      continue
    }
    if (event.stream !== stream || (work.ownIds && event.id !== idOf(mark))) {
      yield {
        rule: 'an append is where its result says',
        what: `${mark}: expected in ${stream}, found in ${event.stream}`,
      }
    }
    for (const results of answers) yield* checkResult(event, after, results[part])
  }
}

function* checkResult(event: StoredEvent, after: number, result: Result | undefined): Generator<Finding> {
  if (event.position + after === result?.position && event.version + after === result.streamVersion) return
  const found = `${event.stream} ${event.version}, position ${event.position}, ${after} before the last`
  const what = `${event.mark}: ${found}, was told ${JSON.stringify(result)}`
  yield { rule: 'an append is where its result says', what }
}

/** Of the parts that no hard delete may have touched, all is stored or nothing. */
function* checkWhole(operation: Append, found: number, gone: Gone): Generator<Finding> {
  const { name, work } = operation
  const wanted = work.parts.reduce((sum, { count }) => sum + count, 0)
  if (found === 0 || found === wanted || work.parts.some(({ stream }) => gone.mayRemove(stream, operation))) return
  yield { rule: 'an append is stored whole or not at all', what: `${found} of ${wanted} of ${name}` }
}
