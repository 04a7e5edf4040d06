import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Chain, EventSummary } from '../../api.ts'
import { type ChainMove, type ChainNode, layOutChain, moveInChain } from '../chain-layout.ts'
import { type Relation, relationsTo } from '../chain-relations.ts'
import { formatTime } from '../format.ts'
import { hashOf } from '../router.ts'
import { visibleText } from '../visible-text.ts'
import { SafeText } from './safe-text.tsx'

/** Sizes in pixels: of a box, of a column and a row, and of the margin around all. */
const BOX = { width: 184, height: 44 }
const STEP = { x: 224, y: 56 }
const MARGIN = 12

const MOVES: Readonly<Record<string, ChainMove>> = {
  ArrowLeft: 'cause',
  ArrowRight: 'effect',
  ArrowUp: 'above',
  ArrowDown: 'below',
  Home: 'first',
  End: 'last',
}

const RELATIONS: Readonly<Record<Relation, string>> = {
  focus: 'this event',
  cause: 'cause',
  effect: 'effect',
  relative: 'same correlation',
}

export interface ChainPictureProps {
  readonly chain: Chain
  /** The event in the middle. */
  readonly focus: string
}

/** Causes on the left, effects on the right. Arrow keys walk along, Enter goes there. */
export function ChainPicture({ chain, focus }: ChainPictureProps) {
  const layout = useMemo(() => layOutChain(chain.events, chain.edges, focus), [chain, focus])
  const relations = useMemo(() => relationsTo(layout, focus), [layout, focus])
  const missing = useMemo(() => new Set(chain.missing), [chain])
  const [current, setCurrent] = useState(focus)
  const box = useRef<HTMLDivElement>(null)
  const middle = layout.nodes.get(focus)

  useEffect(() => {
    setCurrent(focus)
    if (!box.current || !middle) return
    box.current.scrollTo({
      left: leftOf(middle) + BOX.width / 2 - box.current.clientWidth / 2,
      top: topOf(middle) + BOX.height / 2 - box.current.clientHeight / 2,
    })
  }, [focus, middle])

  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key]
    const next = move && moveInChain(layout, current, move)
    if (!move) return
    event.preventDefault()
    if (next === undefined) return
    setCurrent(next)
    box.current?.querySelector<HTMLElement>(`[data-event="${CSS.escape(next)}"]`)?.focus()
  }
  const width = 2 * MARGIN + (layout.columns - 1) * STEP.x + BOX.width
  const height = 2 * MARGIN + (layout.rows - 1) * STEP.y + BOX.height

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move the focus between the links inside.
    <div class="chain-box" ref={box} onKeyDown={press}>
      <div class="chain" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {layout.edges.map(({ from, to }) => {
            const [cause, effect] = [layout.nodes.get(from), layout.nodes.get(to)]
            const near = relations.get(from) !== 'relative' && relations.get(to) !== 'relative'
            return cause && effect && <path key={to} class={near ? 'near' : ''} d={curve(cause, effect)} />
          })}
        </svg>
        {[...layout.nodes.values()].map((node) => (
          <Box
            key={node.event.id}
            node={node}
            relation={relations.get(node.event.id) ?? 'relative'}
            since={middle?.event}
            orphan={node.event.causationId !== null && missing.has(node.event.causationId)}
            reachable={node.event.id === (layout.nodes.has(current) ? current : focus)}
            onFocus={() => setCurrent(node.event.id)}
          />
        ))}
      </div>
    </div>
  )
}

interface BoxProps {
  readonly node: ChainNode<EventSummary>
  readonly relation: Relation
  /** The event that times are given from. */
  readonly since: EventSummary | undefined
  readonly orphan: boolean
  readonly reachable: boolean
  readonly onFocus: () => void
}

function Box({ node, relation, since, orphan, reachable, onFocus }: BoxProps) {
  const { event } = node
  const facts = [RELATIONS[relation], formatTime(event.createdAt), ...(orphan ? ['its cause is not stored'] : [])]
  return (
    <a
      class={`chain-node ${relation} ${orphan ? 'orphan' : ''}`}
      href={hashOf({ view: 'event', id: event.id })}
      style={{ left: `${leftOf(node)}px`, top: `${topOf(node)}px`, width: `${BOX.width}px`, height: `${BOX.height}px` }}
      data-event={event.id}
      tabIndex={reachable ? 0 : -1}
      aria-current={relation === 'focus' ? 'true' : undefined}
      aria-label={`${visibleText(event.type)}, ${visibleText(event.streamName)} ${event.streamVersion}: ${facts.join(', ')}`}
      onFocus={onFocus}
    >
      <SafeText text={event.type} limit={60} class="chain-type" />
      <span class="chain-where">
        <SafeText text={event.streamName} limit={60} />
        <span class="chain-time">
          {since && relation !== 'focus' ? difference(event, since) : `v${event.streamVersion}`}
        </span>
      </span>
    </a>
  )
}

function leftOf({ column }: ChainNode): number {
  return MARGIN + column * STEP.x
}

function topOf({ row }: ChainNode): number {
  return MARGIN + row * STEP.y
}

function curve(cause: ChainNode, effect: ChainNode): string {
  const [x1, y1] = [leftOf(cause) + BOX.width, topOf(cause) + BOX.height / 2]
  const [x2, y2] = [leftOf(effect), topOf(effect) + BOX.height / 2]
  const bend = (x2 - x1) / 2
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

/** How much later or earlier: `+1.2 s`. */
function difference(event: EventSummary, since: EventSummary): string {
  const milliseconds = Date.parse(event.createdAt) - Date.parse(since.createdAt)
  const sign = milliseconds < 0 ? '−' : '+'
  const size = Math.abs(milliseconds)
  if (size < 1_000) return `${sign}${size} ms`
  if (size < 60_000) return `${sign}${(size / 1_000).toFixed(1)} s`
  if (size < 3_600_000) return `${sign}${Math.round(size / 60_000)} min`
  return size < 172_800_000 ? `${sign}${Math.round(size / 3_600_000)} h` : `${sign}${Math.round(size / 86_400_000)} d`
}
