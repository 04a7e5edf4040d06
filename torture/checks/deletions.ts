import type { Evidence, Finding } from './evidence.ts'
import { firstAnswer, firstCall, type History, isRefused } from './history.ts'

/** A stream that was deleted is hidden or gone, and no other one is. */
export function* checkDeletions({ stored }: Evidence, history: History): Generator<Finding> {
  const hidden = new Set(stored.hidden)
  const wanted = new Set<string>()
  for (const operation of history.deletions) {
    const { stream, mode } = operation.work
    const done = firstAnswer(operation)
    if (mode === 'soft' && !isRefused(operation)) wanted.add(stream)
    if (mode === 'soft' && Number.isFinite(done) && !hidden.has(stream)) {
      yield { rule: 'what was deleted stays deleted', what: `${stream} is not hidden` }
    }
    if (mode === 'soft' || !Number.isFinite(done)) continue
    for (const append of history.appends) {
      if (append.work.parts.every((part) => part.stream !== stream) || firstAnswer(append) > firstCall(operation))
        continue
      const [event] = history.storedBy(append).filter((candidate) => candidate.stream === stream)
      if (event) yield { rule: 'what was deleted stays deleted', what: `${event.mark} is still in ${stream}` }
    }
  }
  for (const stream of hidden) {
    if (!wanted.has(stream)) yield { rule: 'only what was deleted is deleted', what: `${stream} is hidden` }
  }
  for (const { stream, position } of [...stored.events, ...stored.links]) {
    if (stream === '')
      yield { rule: 'what was deleted stays deleted', what: `a row of no stream, position ${position}` }
  }
}
