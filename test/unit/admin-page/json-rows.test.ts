import { describe, expect, test } from 'vitest'
import { type JsonNode, parseJsonNodes } from '../../../src/admin/page/json/json-nodes.ts'
import {
  CHUNK,
  MOST_ROWS,
  openedAll,
  openedAtFirst,
  parentPath,
  ROOT,
  visibleRows,
} from '../../../src/admin/page/json/json-rows.ts'

describe('the rows of a JSON tree', () => {
  test('are the root alone while it is folded', () => {
    const { rows, cut } = visibleRows(nodes({ a: 1 }), new Map())
    expect(rows).toMatchObject([{ kind: 'value', path: ROOT, depth: 0, open: false }])
    expect(cut).toBe(false)
  })

  test('are the open containers with their children, in order', () => {
    const root = nodes({ a: [1, 2], b: {}, c: 'x' })
    const { rows } = visibleRows(root, openedAll(root))
    expect(rows.map((row) => row.kind === 'value' && [row.path, row.key, row.depth, row.open])).toEqual([
      ['$', undefined, 0, true],
      ['$.0', 'a', 1, true],
      ['$.0.0', 0, 2, undefined],
      ['$.0.1', 1, 2, undefined],
      ['$.1', 'b', 1, undefined],
      ['$.2', 'c', 1, undefined],
    ])
  })

  test('show a chunk of a long array, and what is left of it', () => {
    const root = nodes(Array.from({ length: 1_000 }, (_, index) => index))
    const { rows } = visibleRows(root, openedAtFirst(root))
    expect(rows).toHaveLength(CHUNK + 2)
    expect(rows.at(-1)).toEqual({ kind: 'more', path: ROOT, depth: 1, shown: CHUNK, hidden: 1_000 - CHUNK })
  })

  test('are never more than some hundred, whatever is open', () => {
    const row = Array.from({ length: 300 }, () => ({ a: [1, 2, 3], b: { c: null } }))
    const root = nodes({ one: row, two: row, three: row })
    const { rows, cut } = visibleRows(root, new Map([...openedAll(root), ['$.0', 100_000], ['$.1', 100_000]]))
    expect(rows).toHaveLength(MOST_ROWS)
    expect(cut).toBe(true)
  })

  test('keep keys apart that repeat', () => {
    const root = parse('{"a": 1, "a": {"a": 2}, "__proto__": 3, ".": 4}')
    const { rows } = visibleRows(root, openedAll(root))
    const paths = rows.map((row) => row.path)
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('of a small tree are all open at first, those of a large one only as far as they stay few', () => {
    const small = nodes({ a: { b: { c: { d: 1 } } } })
    expect(visibleRows(small, openedAtFirst(small)).rows).toHaveLength(5)
    const large = nodes(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key ${index}`, [1, 2, 3, 4]])))
    const { rows } = visibleRows(large, openedAtFirst(large))
    expect(rows.length).toBeGreaterThan(50)
    expect(rows.length).toBeLessThanOrEqual(60)
  })

  test('of a tree deeper than the stack can all be opened', () => {
    const root = parse('['.repeat(30_000))
    expect(visibleRows(root, openedAll(root)).rows).toHaveLength(MOST_ROWS)
  })

  test('know the row that they stand in', () => {
    expect([parentPath('$.10.2'), parentPath('$.10'), parentPath('$')]).toEqual(['$.10', '$', undefined])
  })
})

function nodes(value: unknown): JsonNode {
  return parse(JSON.stringify(value))
}

function parse(text: string): JsonNode {
  return parseJsonNodes(text) as JsonNode
}
