import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonNode, parseJsonNodes, stringLength, stringValue } from '../../../src/admin/page/json/json-nodes.ts'

describe('a JSON text', () => {
  test('is read as what JSON.parse finds in it, however it is indented', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(plainValue(text, rootOf(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('keeps the digits of numbers, the order of keys and keys that repeat', () => {
    const text = '{"2": 12345678901234567890, "1": 1e400, "2": -0.10, "__proto__": {"constructor": null}}'
    const root = rootOf(text)
    expect(root.children.map(({ key, node }) => [key, text.slice(node.start, node.end)])).toEqual([
      ['2', '12345678901234567890'],
      ['1', '1e400'],
      ['2', '-0.10'],
      ['__proto__', '{"constructor": null}'],
    ])
  })

  test('gives what is there when it ends anywhere', () => {
    const text = JSON.stringify({ a: [1, 'two \\ "quoted" \u2028', { b: null }], c: 'end\ud83d\ude00', d: true })
    for (let length = 1; length < text.length; length++) {
      const cut = text.slice(0, length)
      const root = rootOf(cut)
      expect(root.complete).toBe(false)
      expect(root.end).toBe(length)
      expect(() => plainValue(cut, root)).not.toThrow()
    }
  })

  test('may be nested deeper than the stack', () => {
    const depth = 50_000
    let node = rootOf('['.repeat(depth))
    for (let level = 1; level < depth; level++) node = node.children[0]?.node as JsonNode
    expect(node).toMatchObject({ kind: 'array', start: depth - 1, complete: false })
    expect(rootOf('['.repeat(depth) + ']'.repeat(depth)).complete).toBe(true)
  })

  test('without a value has no nodes', () => {
    expect(parseJsonNodes('')).toBeUndefined()
    expect(parseJsonNodes(' \n')).toBeUndefined()
  })
})

describe('a string of it', () => {
  const escapes = '"\\u0061\\n\\\\\\"\\ud83d\\ude00"'

  test('is decoded', () => {
    expect(stringValue(escapes, rootOf(escapes))).toBe('a\n\\"😀')
  })

  test('is decoded in part without cutting an escape', () => {
    const root = rootOf(escapes)
    for (let limit = 0; limit <= stringLength(root); limit++) {
      expect('a\n\\"😀'.startsWith(stringValue(escapes, root, limit))).toBe(true)
    }
    expect(stringValue(escapes, root, 8)).toBe('a\n')
  })

  test('that was cut off is decoded as far as it goes', () => {
    for (const [text, value] of [
      ['"abc', 'abc'],
      ['"abc\\', 'abc'],
      ['"abc\\\\', 'abc\\'],
      ['"abc\\u00', 'abc'],
      ['"', ''],
    ] as const) {
      expect(stringValue(text, rootOf(text))).toBe(value)
    }
  })

  test('is not scanned again and again when it is full of escaped quotes', () => {
    const text = JSON.stringify('"'.repeat(200_000))
    expect(stringLength(rootOf(text))).toBe(400_000)
    const slashes = JSON.stringify('\\'.repeat(100_000))
    expect(stringLength(rootOf(slashes))).toBe(200_000)
  })
})

function rootOf(text: string): JsonNode {
  const root = parseJsonNodes(text)
  if (!root) throw new Error(`Expected a value in ${text}`)
  return root
}

/** What a tree stands for; the last of keys that repeat counts, as with JSON.parse. */
function plainValue(text: string, node: JsonNode): unknown {
  if (node.kind === 'string') return stringValue(text, node)
  if (node.kind === 'array') return node.children.map((child) => plainValue(text, child.node))
  if (node.kind === 'literal') return node.complete ? JSON.parse(text.slice(node.start, node.end)) : undefined
  const object = {}
  for (const { key, node: child } of node.children)
    Object.defineProperty(object, key, {
      value: plainValue(text, child),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return object
}
