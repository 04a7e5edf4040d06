import type { Evidence, Finding } from './evidence.ts'
import { answersOf, firstAnswer, firstCall, type History, isRefused, type Link } from './history.ts'

/** Acknowledged links are there, once, where their results say; refused ones are not. */
export function* checkLinks({ stored }: Evidence, history: History): Generator<Finding> {
  const links = new Map<string, number>()
  const strange = new Set<string>()
  for (const { stream, position, version } of stored.links) {
    const place = `${stream} ${position}`
    if (links.has(place)) yield { rule: 'no event is linked twice', what: place }
    links.set(place, version)
    strange.add(place)
  }
  for (const operation of history.links) {
    const { stream, marks } = operation.work
    const places = marks.flatMap((mark) => {
      const event = history.eventOf(mark)
      return event ? [`${stream} ${event.position}`] : [] // the event is gone, and the link with it
    })
    const found = places.filter((place) => links.has(place))
    for (const place of places) strange.delete(place)
    yield* checkOne(operation, places, found, links)
  }
  for (const place of strange) yield { rule: 'only what was linked is linked', what: place }
}

function* checkOne(
  operation: Link,
  places: readonly string[],
  found: readonly string[],
  links: ReadonlyMap<string, number>,
): Generator<Finding> {
  const { name, work } = operation
  if (found.length > 0 && isRefused(operation)) {
    yield { rule: 'what was refused is not stored', what: `${found.length} links of ${name}` }
  }
  if (found.length > 0 && found.length < places.length) {
    yield {
      rule: 'an append is stored whole or not at all',
      what: `${found.length} of ${places.length} links of ${name}`,
    }
  }
  if (Number.isFinite(firstAnswer(operation)) && found.length < places.length) {
    yield { rule: 'no acknowledged link is lost', what: `${name} in ${work.stream}, called at ${firstCall(operation)}` }
  }
  for (const [result] of answersOf(operation)) {
    for (const [index, place] of places.entries()) {
      const version = links.get(place)
      if (!result || version === undefined || places.length < work.marks.length) continue
      if (version + work.marks.length - 1 - index === result.streamVersion) continue
      const what = `the link ${place} is number ${version}, was told ${JSON.stringify(result)}`
      yield { rule: 'an append is where its result says', what }
    }
  }
}
