/** What the layout has to know of an event. */
export interface ChainEvent {
  readonly id: string
  readonly position: number
}

/** An event's place in the picture: its column is its distance from the first cause, its row a line of its own. */
export interface ChainNode<Event extends ChainEvent = ChainEvent> {
  readonly event: Event
  readonly column: number
  readonly row: number
  readonly cause: string | undefined
  readonly effects: readonly string[]
}

interface ChainEdge {
  readonly from: string
  readonly to: string
}

export interface ChainLayout<Event extends ChainEvent = ChainEvent> {
  readonly nodes: ReadonlyMap<string, ChainNode<Event>>
  readonly edges: readonly ChainEdge[]
  readonly columns: number
  readonly rows: number
}

/**
 * Causes stand left of their effects. As an event has one cause at most, the events form trees: each leaf takes the next row, and a
 * cause stands beside the first of its effects. The line that leads to the event in the middle is the first row, from the first cause
 * on; all else is in the order of `$all`. Who says that it caused itself, in one step or several, is shown as having no cause: ids
 * are whatever their writers said.
 */
export function layOutChain<Event extends ChainEvent>(
  events: readonly Event[],
  edges: readonly (readonly [cause: string, effect: string])[],
  focus?: string,
): ChainLayout<Event> {
  const byPosition = [...new Map(events.map((event) => [event.id, event])).values()].sort(
    (a, b) => a.position - b.position,
  )
  const known = new Map(byPosition.map((event) => [event.id, event]))
  const causes = acyclicCauses(edges, known)
  const line = new Set<string>()
  for (let id = focus; id !== undefined; id = causes.get(id)) line.add(id)
  const ordered = [...byPosition.filter(({ id }) => line.has(id)), ...byPosition.filter(({ id }) => !line.has(id))]
  const effects = new Map<string, string[]>()
  for (const { id } of ordered) {
    const cause = causes.get(id)
    if (cause === undefined) continue
    const siblings = effects.get(cause)
    if (siblings) siblings.push(id)
    else effects.set(cause, [id])
  }

  const nodes = new Map<string, ChainNode<Event>>()
  const shown: ChainEdge[] = []
  let rows = 0
  let columns = 0
  // Depth first and without recursion: a chain may be longer than the stack is deep.
  const stack = ordered.filter(({ id }) => !causes.has(id)).map(({ id }) => ({ id, column: 0, first: false }))
  stack.reverse()
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { id, column, first } = next
    const own = effects.get(id) ?? []
    const cause = causes.get(id)
    if (!first) rows++
    columns = Math.max(columns, column + 1)
    nodes.set(id, { event: known.get(id) as Event, column, row: rows - 1, cause, effects: own })
    if (cause !== undefined) shown.push({ from: cause, to: id })
    for (let index = own.length - 1; index >= 0; index--)
      stack.push({ id: own[index] as string, column: column + 1, first: index === 0 })
  }
  return { nodes, edges: shown, columns, rows }
}

export type ChainMove = 'cause' | 'effect' | 'above' | 'below' | 'first' | 'last'

/** Where a key leads from an event; undefined when there is nothing that way. */
export function moveInChain(layout: ChainLayout, id: string, move: ChainMove): string | undefined {
  const here = layout.nodes.get(id)
  if (!here) return undefined
  if (move === 'cause') return here.cause
  if (move === 'effect') return here.effects[0]
  const all = [...layout.nodes.values()]
  if (move === 'first') return all[0]?.event.id
  if (move === 'last') return all.at(-1)?.event.id
  const down = move === 'below'
  const others = all.filter((node) => (down ? node.row > here.row : node.row < here.row))
  const distance = (node: ChainNode) => Math.abs(node.row - here.row) * 1_000 + Math.abs(node.column - here.column)
  // The nearest row counts, in it the nearest column.
  return others.sort((a, b) => distance(a) - distance(b))[0]?.event.id
}

/** Each event's cause, if it is among the events, without those that lead round in a circle. */
function acyclicCauses(
  edges: readonly (readonly [string, string])[],
  known: ReadonlyMap<string, ChainEvent>,
): ReadonlyMap<string, string> {
  const causes = new Map<string, string>()
  for (const [cause, effect] of edges) {
    if (!known.has(cause) || !known.has(effect) || causes.has(effect)) continue
    if (!leadsTo(causes, cause, effect)) causes.set(effect, cause)
  }
  return causes
}

/** Whether somebody is among the causes of an event, itself included. */
function leadsTo(causes: ReadonlyMap<string, string>, id: string, sought: string): boolean {
  for (let next: string | undefined = id; next !== undefined; next = causes.get(next)) if (next === sought) return true
  return false
}
