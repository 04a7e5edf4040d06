import type { JsonChild, JsonNode } from './json-nodes.ts'

/** One line of the tree as it is shown now. */
export type JsonRow =
  | {
      readonly kind: 'value'
      readonly path: string
      readonly depth: number
      readonly key: string | number | undefined
      readonly node: JsonNode
      /** Undefined for what cannot be opened. */
      readonly open: boolean | undefined
    }
  /** More children of the container at `path` than are shown. */
  | {
      readonly kind: 'more'
      readonly path: string
      readonly depth: number
      readonly shown: number
      readonly hidden: number
    }

/** Which containers are open, by path, and how many of their children are shown. */
export type Opened = ReadonlyMap<string, number>

/** Children that are shown at once, and added by each request for more. */
export const CHUNK = 100
/** Rows that are shown at most, whatever is open. */
export const MOST_ROWS = 500
/** Rows up to which a tree opens by itself. */
const OPEN_AT_FIRST = 60

/** The root's path. A child's path is its parent's and its place among the children: keys may repeat. */
export const ROOT = '$'

/** Opens level by level, as long as it does not become long. */
export function openedAtFirst(root: JsonNode): Opened {
  const opened = new Map<string, number>()
  let rows = 1
  let level: readonly { readonly path: string; readonly node: JsonNode }[] = [{ path: ROOT, node: root }]
  while (level.length > 0) {
    const next: { readonly path: string; readonly node: JsonNode }[] = []
    for (const { path, node } of level) {
      const shown = Math.min(node.children.length, CHUNK)
      if (shown === 0) continue
      if (path !== ROOT && rows + shown > OPEN_AT_FIRST) continue
      rows += shown
      opened.set(path, CHUNK)
      node.children.slice(0, shown).forEach((child, index) => {
        next.push({ path: pathOf(path, index), node: child.node })
      })
    }
    level = next
  }
  return opened
}

/** Opens as many containers as there is room for. */
export function openedAll(root: JsonNode): Opened {
  const opened = new Map<string, number>()
  const stack: { readonly path: string; readonly node: JsonNode }[] = [{ path: ROOT, node: root }]
  for (let next = stack.pop(); next && opened.size < MOST_ROWS; next = stack.pop()) {
    const { path, node } = next
    if (node.children.length === 0) continue
    opened.set(path, CHUNK)
    for (let index = Math.min(node.children.length, CHUNK) - 1; index >= 0; index--)
      stack.push({ path: pathOf(path, index), node: (node.children[index] as JsonChild).node })
  }
  return opened
}

/** The rows to show, at most `most`; `cut` tells that there would be more. */
export function visibleRows(
  root: JsonNode,
  opened: Opened,
  most = MOST_ROWS,
): { readonly rows: readonly JsonRow[]; readonly cut: boolean } {
  const rows: JsonRow[] = []
  const stack: JsonRow[] = [rowOf(ROOT, 0, undefined, root, opened)]
  for (let row = stack.pop(); row; row = stack.pop()) {
    if (rows.length === most) return { rows, cut: true }
    rows.push(row)
    if (row.kind === 'more' || !row.open) continue
    const { path, depth, node } = row
    const shown = Math.min(opened.get(path) ?? 0, node.children.length)
    const hidden = node.children.length - shown
    if (hidden > 0) stack.push({ kind: 'more', path, depth: depth + 1, shown, hidden })
    // More than fit are not even made; one more tells that it was cut.
    for (let index = Math.min(shown, most + 1) - 1; index >= 0; index--) {
      const child = node.children[index] as JsonChild
      stack.push(rowOf(pathOf(path, index), depth + 1, child.key, child.node, opened))
    }
  }
  return { rows, cut: false }
}

/** The path of the container that a row stands in; undefined for the root. */
export function parentPath(path: string): string | undefined {
  const at = path.lastIndexOf('.')
  return at < 0 ? undefined : path.slice(0, at)
}

function rowOf(path: string, depth: number, key: string | number | undefined, node: JsonNode, opened: Opened): JsonRow {
  return { kind: 'value', path, depth, key, node, open: node.children.length === 0 ? undefined : opened.has(path) }
}

function pathOf(parent: string, index: number): string {
  return `${parent}.${index}`
}
