import { SCRAPS } from '../scenario.ts'
import { type Evidence, eventsOf, type Finding } from './evidence.ts'
import type { Gone } from './gone.ts'

/** Everything is numbered in order, and only what was removed leaves a gap. */
export function* checkNumbers({ stored }: Evidence, gone: Gone): Generator<Finding> {
  yield* checkAll(stored.events, gone)
  for (const stream of new Set([...stored.events, ...stored.links].map((row) => row.stream))) {
    let before = 0
    for (const { number } of eventsOf(stream, stored)) {
      const gap = number !== before + 1 && (stream !== SCRAPS || number === before)
      if (gap) yield { rule: 'numbers have no gaps', what: `${stream}: expected ${before + 1}, found ${number}` }
      before = number
    }
  }
  const versions = new Map<string, number>()
  for (const { stream, version, position } of stored.events) {
    if (version <= (versions.get(stream) ?? 0)) {
      yield { rule: 'the order of a stream is that of $all', what: `${stream} has ${version} late, at ${position}` }
    }
    versions.set(stream, version)
  }
}

function* checkAll(events: Evidence['stored']['events'], gone: Gone): Generator<Finding> {
  let before = 0
  let unexplained = 0
  for (const { position } of events) {
    if (position <= before) yield { rule: 'numbers have no gaps', what: `$all: ${position} after ${before}` }
    for (let missing = before + 1; missing < position; missing++) {
      if (gone.known.has(missing)) continue
      unexplained++
      if (unexplained > gone.unknown) {
        yield { rule: 'numbers have no gaps', what: `$all: nothing at ${missing}, and nobody has deleted it` }
      }
    }
    before = position
  }
}
