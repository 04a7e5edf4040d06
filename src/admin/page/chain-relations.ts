import type { ChainLayout } from './chain-layout.ts'

/** What an event is to the one in the middle: what led to it, what followed from it, or neither. */
export type Relation = 'focus' | 'cause' | 'effect' | 'relative'

/** What each event of a chain is to one of them. */
export function relationsTo(layout: ChainLayout, focus: string): ReadonlyMap<string, Relation> {
  const relations = new Map<string, Relation>([...layout.nodes.keys()].map((id) => [id, 'relative']))
  if (!layout.nodes.has(focus)) return relations
  for (let id = layout.nodes.get(focus)?.cause; id !== undefined; id = layout.nodes.get(id)?.cause)
    relations.set(id, 'cause')
  const waiting = [...(layout.nodes.get(focus)?.effects ?? [])]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    relations.set(id, 'effect')
    waiting.push(...(layout.nodes.get(id)?.effects ?? []))
  }
  return relations.set(focus, 'focus')
}

/** How many events of each relation there are. */
export function countRelations(relations: ReadonlyMap<string, Relation>): Readonly<Record<Relation, number>> {
  const counts = { focus: 0, cause: 0, effect: 0, relative: 0 }
  for (const relation of relations.values()) counts[relation]++
  return counts
}
