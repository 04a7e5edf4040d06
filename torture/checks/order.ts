import type { Finding } from './evidence.ts'
import { type Append, answersOf, firstAnswer, firstCall, type History, type Operation } from './history.ts'

/** What was placed where, and between which times. */
interface Placed {
  readonly name: string
  readonly first: number
  readonly last: number
  readonly called: number
  readonly answered: number
}

/** What was acknowledged before something else was asked for comes before it: in `$all`, and in a stream of links. */
export function* checkOrder(history: History): Generator<Finding> {
  yield* inOrder(
    '$all',
    history.appends.flatMap((operation) => placeOf(operation, history)),
  )
  const links = new Map<string, Placed[]>()
  for (const operation of history.links) {
    const [results] = answersOf(operation)
    const last = results?.[0]?.streamVersion
    if (last === undefined) continue
    const { stream, marks } = operation.work
    const placed = { ...timesOf(operation), first: last - marks.length + 1, last }
    links.set(stream, [...(links.get(stream) ?? []), placed])
  }
  for (const [stream, placed] of links) yield* inOrder(stream, placed)
}

function placeOf(operation: Append, history: History): readonly Placed[] {
  const positions = history.storedBy(operation).map(({ position }) => position)
  const told = answersOf(operation)[0]?.map(({ position }) => position) ?? []
  const known = positions.length > 0 ? positions : told
  if (known.length === 0) return []
  return [{ ...timesOf(operation), first: Math.min(...known), last: Math.max(...known) }]
}

function timesOf(operation: Operation) {
  return { name: operation.name, called: firstCall(operation), answered: firstAnswer(operation) }
}

function* inOrder(stream: string, placed: readonly Placed[]): Generator<Finding> {
  const answered = [...placed].sort((a, b) => a.answered - b.answered)
  let next = 0
  let furthest: Placed | undefined
  for (const later of [...placed].sort((a, b) => a.called - b.called)) {
    for (; (answered[next]?.answered ?? Number.POSITIVE_INFINITY) < later.called; next++) {
      const earlier = answered[next] as Placed
      if (!furthest || earlier.last > furthest.last) furthest = earlier
    }
    if (!furthest || furthest.last < later.first) continue
    const what = `${stream}: ${later.name} is at ${later.first}, and ${furthest.name}, which was done before, at ${furthest.last}`
    yield { rule: 'what was done before comes before', what }
  }
}
