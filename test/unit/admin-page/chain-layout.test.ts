import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChainLayout, layOutChain, moveInChain } from '../../../src/admin/page/chain-layout.ts'
import { countRelations, relationsTo } from '../../../src/admin/page/chain-relations.ts'

describe('the picture of a chain', () => {
  test('has causes left of their effects, and a line of its own for each branch', () => {
    const layout = lay(['a', 'b', 'c', 'd', 'e'], ['a>b', 'b>c', 'a>d', 'd>e'])
    expect(places(layout)).toEqual({ a: [0, 0], b: [1, 0], c: [2, 0], d: [1, 1], e: [2, 1] })
    expect(layout).toMatchObject({ columns: 3, rows: 2 })
    expect(layout.edges).toEqual([
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'a', to: 'd' },
      { from: 'd', to: 'e' },
    ])
  })

  test('has events without a cause among the others below each other, in the order of $all', () => {
    expect(places(lay(['x', 'y', 'z'], []))).toEqual({ x: [0, 0], y: [0, 1], z: [0, 2] })
  })

  test('has the line that leads to the event in the middle in the first row', () => {
    const layout = lay(['x', 'a', 'b', 'c', 'd', 'e'], ['a>b', 'a>c', 'c>d', 'c>e'], 'e')
    expect(places(layout)).toEqual({ a: [0, 0], c: [1, 0], e: [2, 0], d: [2, 1], b: [1, 2], x: [0, 3] })
  })

  test('leaves lines out that lead to events it does not show', () => {
    const layout = lay(['a', 'b'], ['gone>a', 'a>b', 'b>later'])
    expect(layout.edges).toEqual([{ from: 'a', to: 'b' }])
  })

  test('shows an event that says it caused itself as having no cause', () => {
    expect(places(lay(['a', 'b'], ['a>a', 'a>b']))).toEqual({ a: [0, 0], b: [1, 0] })
  })

  test('opens a circle of causes, and shows each of its events once', () => {
    const layout = lay(['a', 'b', 'c'], ['a>b', 'b>c', 'c>a'])
    expect(places(layout)).toEqual({ a: [0, 0], b: [1, 0], c: [2, 0] })
  })

  test('holds a long chain in one line', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `e${index}`)
    const layout = lay(
      ids,
      ids.slice(1).map((id, index) => `e${index}>${id}`),
    )
    expect(layout).toMatchObject({ columns: 2_000, rows: 1 })
  })

  test('has a place of its own for every event, right of its cause, whatever the edges say', () => {
    const id = fc.integer({ min: 0, max: 30 }).map(String)
    fc.assert(
      fc.property(fc.uniqueArray(id), fc.array(fc.tuple(id, id)), (ids, edges) => {
        const layout = layOutChain(events(ids), edges)
        const nodes = [...layout.nodes.values()]
        expect(nodes.map((node) => node.event.id).sort()).toEqual([...ids].sort())
        expect(new Set(nodes.map((node) => `${node.column} ${node.row}`)).size).toBe(ids.length)
        for (const { from, to } of layout.edges) {
          const [cause, effect] = [layout.nodes.get(from), layout.nodes.get(to)]
          expect(effect?.column).toBe((cause?.column ?? 0) + 1)
          expect(effect?.row).toBeGreaterThanOrEqual(cause?.row ?? 0)
        }
        for (const node of nodes) {
          expect(node.column).toBeLessThan(layout.columns)
          expect(node.row).toBeLessThan(layout.rows)
        }
      }),
    )
  })
})

describe('the arrow keys in a chain', () => {
  const layout = lay(['a', 'b', 'c', 'd', 'e', 'f'], ['a>b', 'b>c', 'a>d', 'd>e'])

  test('lead from an event to its cause and to its first effect', () => {
    expect(moveInChain(layout, 'a', 'effect')).toBe('b')
    expect(moveInChain(layout, 'e', 'cause')).toBe('d')
    expect(moveInChain(layout, 'a', 'cause')).toBeUndefined()
    expect(moveInChain(layout, 'c', 'effect')).toBeUndefined()
  })

  test('lead up and down to the nearest event of the next line', () => {
    expect(moveInChain(layout, 'c', 'below')).toBe('e')
    expect(moveInChain(layout, 'e', 'above')).toBe('c')
    expect(moveInChain(layout, 'd', 'below')).toBe('f')
    expect(moveInChain(layout, 'f', 'below')).toBeUndefined()
  })

  test('reach every event from every other', () => {
    const moves = ['cause', 'effect', 'above', 'below', 'first', 'last'] as const
    for (const start of layout.nodes.keys()) {
      const reached = new Set([start])
      for (const id of reached)
        for (const move of moves) {
          const next = moveInChain(layout, id, move)
          if (next !== undefined) reached.add(next)
        }
      expect(reached.size).toBe(layout.nodes.size)
    }
  })

  test('lead nowhere from an event that is not shown', () => {
    expect(moveInChain(layout, 'gone', 'effect')).toBeUndefined()
  })
})

describe('the events of a chain', () => {
  test('are causes, effects, or relatives of the one in the middle', () => {
    const relations = relationsTo(lay(['a', 'b', 'c', 'd', 'e'], ['a>b', 'b>c', 'a>d']), 'b')
    expect(Object.fromEntries(relations)).toEqual({ a: 'cause', b: 'focus', c: 'effect', d: 'relative', e: 'relative' })
    expect(countRelations(relations)).toEqual({ focus: 1, cause: 1, effect: 1, relative: 2 })
  })

  test('are all relatives of one that is not among them', () => {
    expect([...relationsTo(lay(['a', 'b'], ['a>b']), 'x').values()]).toEqual(['relative', 'relative'])
  })
})

function lay(ids: readonly string[], edges: readonly string[], focus?: string): ChainLayout {
  return layOutChain(
    events(ids),
    edges.map((edge) => edge.split('>') as [string, string]),
    focus,
  )
}

function events(ids: readonly string[]) {
  return ids.map((id, index) => ({ id, position: index + 1 }))
}

function places(layout: ChainLayout): Record<string, readonly [number, number]> {
  return Object.fromEntries([...layout.nodes.values()].map(({ event, column, row }) => [event.id, [column, row]]))
}
