import { useState } from 'preact/hooks'
import { CopyButton } from '../components/copy-button.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { VisibleParts } from '../components/visible-parts.tsx'
import { formatCount, formatNumberOf } from '../format.ts'
import { type JsonNode, stringLength, stringValue } from './json-nodes.ts'
import type { JsonRow } from './json-rows.ts'

/** Characters of a string that are shown at first, and added by each request for more. */
const SHORT = 300
const STEP = 10_000
const MOST = 100_000

export interface JsonValueProps {
  readonly row: Extract<JsonRow, { readonly kind: 'value' }>
  readonly text: string
  /** Whether Tab leads to the row's buttons. */
  readonly reachable: boolean
  readonly onToggle: () => void
}

/** One row of the tree: the key, and the value or what there is in it. */
export function JsonValue({ row, text, reachable, onToggle }: JsonValueProps) {
  const { node, open, key } = row
  return (
    <>
      {open === undefined ? (
        <span class="json-mark" />
      ) : (
        <button type="button" class="json-mark" tabIndex={-1} aria-label={open ? 'Fold' : 'Unfold'} onClick={onToggle}>
          {open ? '▾' : '▸'}
        </button>
      )}
      {key !== undefined && (
        <span class={typeof key === 'number' ? 'json-index' : 'json-key'}>
          <SafeText text={String(key)} limit={120} />
          <span class="json-colon">:</span>
          <wbr />
        </span>
      )}
      <Content node={node} text={text} reachable={reachable} />
      {!node.complete && <span class="json-cut">the rest is not shown</span>}
      <CopyButton quiet reachable={reachable} what="this value" text={() => text.slice(node.start, node.end)} />
    </>
  )
}

interface ContentProps {
  readonly node: JsonNode
  readonly text: string
  readonly reachable: boolean
}

function Content({ node, text, reachable }: ContentProps) {
  if (node.kind === 'string') return <StringContent node={node} text={text} reachable={reachable} />
  if (node.kind === 'literal') {
    const literal = text.slice(node.start, node.end)
    return <SafeText text={literal} class={/^[-\d]/.test(literal) ? 'json-number' : 'json-word'} />
  }
  const [left, right] = node.kind === 'array' ? ['[', ']'] : ['{', '}']
  if (node.children.length === 0) return <span class="json-count">{`${left}${right}`}</span>
  const count = formatNumberOf(node.children.length, node.kind === 'array' ? 'item' : 'key')
  return <span class="json-count">{`${left} ${count} ${right}`}</span>
}

function StringContent({ node, text, reachable }: ContentProps) {
  const [limit, setLimit] = useState(SHORT)
  const length = stringLength(node)
  const value = stringValue(text, node, limit)
  const rest = length - limit
  return (
    <span class="json-string">
      <bdi>
        {'"'}
        <VisibleParts text={value} />
        {rest > 0 ? '…' : '"'}
      </bdi>
      {rest > 0 && limit < MOST && (
        <button
          type="button"
          class="more"
          tabIndex={reachable ? 0 : -1}
          onClick={() => setLimit(limit === SHORT ? STEP : limit + STEP)}
        >
          {formatCount(rest)} more characters
        </button>
      )}
      {rest > 0 && limit >= MOST && <span class="muted">{formatCount(rest)} more characters are not shown here</span>}
    </span>
  )
}
