import type { JournalRecord, Part } from '../journal.ts'
import type { StoredEvent } from '../stored.ts'
import { type Evidence, eventsOf, type Finding } from './evidence.ts'

/** Nothing that was acknowledged is lost, nothing is stored twice or by halves, and everything is numbered in order. */
export function checkStorage(evidence: Evidence): readonly Finding[] {
  return [...checkNumbers(evidence), ...checkAppends(evidence), ...checkLinks(evidence)]
}

function* checkNumbers({ stored }: Evidence): Generator<Finding> {
  yield* gaps('$all', eventsOf('$all', stored))
  for (const stream of new Set([...stored.events, ...stored.links].map((row) => row.stream))) {
    yield* gaps(stream, eventsOf(stream, stored))
  }
  const versions = new Map<string, number>()
  for (const { stream, version, position } of stored.events) {
    if (version <= (versions.get(stream) ?? 0)) {
      yield { rule: 'the order of a stream is that of $all', what: `${stream} has ${version} late, at ${position}` }
    }
    versions.set(stream, version)
  }
}

function* gaps(stream: string, events: readonly { readonly number: number }[]): Generator<Finding> {
  let expected = 1
  for (const { number } of events) {
    if (number !== expected)
      yield { rule: 'numbers have no gaps', what: `${stream}: expected ${expected}, found ${number}` }
    expected = number + 1
  }
}

function* checkAppends({ journals, stored }: Evidence): Generator<Finding> {
  const byId = new Map<string, StoredEvent>()
  for (const event of stored.events) {
    if (byId.has(event.id)) yield { rule: 'no event is stored twice', what: `${event.id} in ${event.stream}` }
    byId.set(event.id, event)
  }
  const called = new Map<string, readonly Part[]>()
  const answered = new Set<string>()
  for (const record of recordsOf(journals)) {
    if (record.type === 'append-called') called.set(record.operation, record.parts)
    if (record.type !== 'append-answered') continue
    answered.add(record.operation)
    for (const [index, part] of (called.get(record.operation) ?? []).entries()) {
      yield* checkAnswer(part, record.results[index], byId)
    }
  }
  for (const [operation, parts] of called) {
    const ids = parts.flatMap((part) => part.ids)
    const found = ids.filter((id) => byId.has(id))
    if (found.length > 0 && found.length < ids.length) {
      yield {
        rule: 'an append is stored whole or not at all',
        what: `${found.length} of ${ids.length} of ${operation}`,
      }
    }
    for (const id of ids) byId.delete(id)
  }
  for (const id of byId.keys()) yield { rule: 'only what was appended is stored', what: id }
}

function* checkAnswer(
  { stream, ids }: Part,
  result: { readonly streamVersion: number; readonly position: number } | undefined,
  byId: ReadonlyMap<string, StoredEvent>,
): Generator<Finding> {
  for (const [index, id] of ids.entries()) {
    const event = byId.get(id)
    const before = ids.length - 1 - index
    if (!event) {
      yield { rule: 'no acknowledged append is lost', what: `${id} in ${stream}` }
    } else if (event.position + before !== result?.position || event.version + before !== result.streamVersion) {
      const found = `${event.stream} ${event.version}, position ${event.position}`
      yield { rule: 'an append is where its result says', what: `${id}: ${found}, was told ${JSON.stringify(result)}` }
    } else if (event.stream !== stream) {
      yield {
        rule: 'an append is where its result says',
        what: `${id}: expected in ${stream}, found in ${event.stream}`,
      }
    }
  }
}

function* checkLinks({ journals, stored }: Evidence): Generator<Finding> {
  const positions = new Map(stored.events.map(({ id, position }) => [id, position]))
  const linked = new Map<string, number>()
  for (const { stream, position } of stored.links) {
    linked.set(`${stream} ${position}`, (linked.get(`${stream} ${position}`) ?? 0) + 1)
  }
  const asked = new Set<string>()
  for (const record of recordsOf(journals)) {
    if (record.type !== 'link-called' && record.type !== 'link-answered') continue
    for (const id of record.part.ids) {
      const place = `${record.part.stream} ${positions.get(id)}`
      asked.add(place)
      if (record.type === 'link-answered' && !linked.has(place)) {
        yield { rule: 'no acknowledged link is lost', what: `${id} in ${record.part.stream}` }
      }
    }
  }
  for (const [place, count] of linked) {
    if (count > 1) yield { rule: 'no event is linked twice', what: place }
    if (!asked.has(place)) yield { rule: 'only what was linked is linked', what: place }
  }
}

function recordsOf(journals: Evidence['journals']): readonly JournalRecord[] {
  return journals.flatMap(({ records }) => records)
}
