import { useMemo, useRef, useState } from 'preact/hooks'
import { CopyButton } from '../components/copy-button.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { formatNumberOf } from '../format.ts'
import { type JsonNode, parseJsonNodes } from './json-nodes.ts'
import { CHUNK, type JsonRow, MOST_ROWS, openedAll, openedAtFirst, parentPath, ROOT, visibleRows } from './json-rows.ts'
import { JsonValue } from './json-value.tsx'

export interface JsonTreeProps {
  /** What it is, for who hears it: "Data". */
  readonly label: string
  readonly text: string
}

/** A JSON text to fold and unfold. However much there is, no more than some hundred rows are made of it. */
export function JsonTree({ label, text }: JsonTreeProps) {
  const root = useMemo(() => parseJsonNodes(text), [text])
  if (!root || !isJson(text)) return <pre class="raw">{<SafeText text={text} limit={20_000} />}</pre>
  return <Tree key={text} label={label} text={text} root={root} />
}

function Tree({ label, text, root }: JsonTreeProps & { readonly root: JsonNode }) {
  const [opened, setOpened] = useState(() => openedAtFirst(root))
  const [current, setCurrent] = useState(ROOT)
  const tree = useRef<HTMLDivElement>(null)
  const { rows, cut } = useMemo(() => visibleRows(root, opened), [root, opened])

  const change = (path: string, shown: number | undefined) => {
    const next = new Map(opened)
    if (shown === undefined) next.delete(path)
    else next.set(path, shown)
    setOpened(next)
  }
  const toggle = (row: JsonRow) => {
    if (row.kind === 'more') change(row.path, row.shown + CHUNK)
    else if (row.open !== undefined) change(row.path, row.open ? undefined : CHUNK)
  }
  const goTo = (key: string | undefined) => {
    if (key === undefined) return
    setCurrent(key)
    tree.current?.querySelector<HTMLElement>(`[data-path="${key}"]`)?.focus()
  }
  const press = (event: KeyboardEvent, row: JsonRow, index: number) => {
    const step = (by: number) => goTo(keyOf(rows[index + by]))
    const open = row.kind === 'value' ? row.open : undefined
    if (event.target !== event.currentTarget) return
    if (event.key === 'ArrowDown') step(1)
    else if (event.key === 'ArrowUp') step(-1)
    else if (event.key === 'Home') goTo(ROOT)
    else if (event.key === 'End') goTo(keyOf(rows.at(-1)))
    else if (event.key === 'ArrowRight') open === false ? toggle(row) : open && step(1)
    else if (event.key === 'ArrowLeft') open ? toggle(row) : goTo(row.kind === 'more' ? row.path : parentPath(row.path))
    else if (event.key === 'Enter' || event.key === ' ') toggle(row)
    else return
    event.preventDefault()
  }
  // A row that was folded away leaves the first one to be reached by Tab.
  const reachable = rows.some((row) => keyOf(row) === current) ? current : ROOT

  return (
    <div class="json">
      <div class="json-bar">
        <button type="button" onClick={() => setOpened(openedAll(root))}>
          Unfold all
        </button>
        <button type="button" onClick={() => setOpened(new Map())}>
          Fold all
        </button>
        <CopyButton what={label} text={() => text} />
      </div>
      <div class="json-tree" role="tree" aria-label={label} ref={tree}>
        {rows.map((row, index) => (
          <div
            key={keyOf(row)}
            class="json-row"
            role="treeitem"
            data-path={keyOf(row)}
            tabIndex={keyOf(row) === reachable ? 0 : -1}
            aria-level={row.depth + 1}
            aria-expanded={row.kind === 'value' ? row.open : undefined}
            style={{ paddingInlineStart: `${Math.min(row.depth, 24) * 1.1 + 0.3}rem` }}
            onFocus={() => setCurrent(keyOf(row) ?? ROOT)}
            onKeyDown={(event) => press(event, row, index)}
          >
            {row.kind === 'more' ? (
              <button type="button" class="more" tabIndex={-1} onClick={() => toggle(row)}>
                Show {Math.min(CHUNK, row.hidden)} more of {formatNumberOf(row.hidden, 'hidden one')}
              </button>
            ) : (
              <JsonValue row={row} text={text} reachable={keyOf(row) === reachable} onToggle={() => toggle(row)} />
            )}
          </div>
        ))}
      </div>
      {cut && <p class="muted">No more than {MOST_ROWS} rows are shown at once: fold some to see what follows.</p>}
    </div>
  )
}

function keyOf(row: JsonRow | undefined): string | undefined {
  return row && (row.kind === 'more' ? `${row.path}.more` : row.path)
}

/** What a `bytea` column holds need not be JSON. */
function isJson(text: string): boolean {
  return /^\s*(?:[[{"\d-]|true|false|null)/.test(text)
}
