/**
 * A JSON text as a tree that keeps where each value stands: numbers are shown to the letter, a repeated key twice, and what is
 * opened for the first time is only then turned into text. A text that ends early gives what there is of it.
 */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'literal'
  /** Where its text begins, and the place behind it. */
  readonly start: number
  readonly end: number
  /** Of an object and an array. */
  readonly children: readonly JsonChild[]
  /** Whether its text ends as it should. */
  readonly complete: boolean
}

export interface JsonChild {
  /** An array's index, or the key. */
  readonly key: string | number
  readonly node: JsonNode
}

/** A container whose end was not seen yet. */
interface Open {
  readonly kind: 'object' | 'array'
  readonly start: number
  readonly children: JsonChild[]
  key: string | undefined
}

const WHITE_SPACE = new Set([' ', '\t', '\n', '\r', ',', ':'])
const NO_CHILDREN: readonly JsonChild[] = []

/**
 * Reads a text that a JSON column holds. Undefined when there is no value in it. It does not check: a database has done that.
 * Without recursion, as the text may be nested deeper than the stack is.
 */
export function parseJsonNodes(text: string): JsonNode | undefined {
  const open: Open[] = []
  let root: JsonNode | undefined
  let at = 0

  const add = (node: JsonNode) => {
    const parent = open.at(-1)
    if (!parent) root ??= node
    else if (parent.kind === 'array') parent.children.push({ key: parent.children.length, node })
    else {
      parent.children.push({ key: parent.key ?? '', node })
      parent.key = undefined
    }
  }
  const close = (end: number, complete: boolean) => {
    const closed = open.pop()
    if (closed) add({ kind: closed.kind, start: closed.start, end, children: closed.children, complete })
  }

  while (at < text.length && !root) {
    const character = text.charAt(at)
    const parent = open.at(-1)
    if (WHITE_SPACE.has(character)) at++
    else if (character === '{' || character === '[') {
      open.push({ kind: character === '{' ? 'object' : 'array', start: at, children: [], key: undefined })
      at++
    } else if (character === '}' || character === ']') {
      at++
      close(at, true)
    } else if (character === '"') {
      const end = endOfString(text, at)
      const node: JsonNode = { kind: 'string', start: at, end: end.at, children: NO_CHILDREN, complete: end.complete }
      if (parent?.kind === 'object' && parent.key === undefined) parent.key = stringValue(text, node)
      else add(node)
      at = end.at
    } else {
      const end = endOfLiteral(text, at)
      add({ kind: 'literal', start: at, end, children: NO_CHILDREN, complete: end < text.length || open.length === 0 })
      at = end
    }
  }
  while (open.length > 0) close(text.length, false)
  return root
}

/** What a string node stands for, cut to so many characters of its text. */
export function stringValue(text: string, node: JsonNode, limit = Number.POSITIVE_INFINITY): string {
  const inside = text.slice(node.start + 1, Math.min(node.complete ? node.end - 1 : node.end, node.start + 1 + limit))
  const whole = inside.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, (cut, at: number) => (isEscaped(inside, at) ? cut : ''))
  try {
    return JSON.parse(`"${whole}"`) as string
  } catch {
    return whole
  }
}

/** How many characters a string's text has. */
export function stringLength(node: JsonNode): number {
  return Math.max(0, node.end - node.start - (node.complete ? 2 : 1))
}

function endOfString(text: string, start: number): { readonly at: number; readonly complete: boolean } {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (!isEscaped(text, at)) return { at: at + 1, complete: true }
  }
  return { at: text.length, complete: false }
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let before = at
  while (before > 0 && text.charAt(before - 1) === '\\') before--
  return (at - before) % 2 === 1
}

function endOfLiteral(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && !'{}[]",: \t\n\r'.includes(text.charAt(at))) at++
  return at
}
