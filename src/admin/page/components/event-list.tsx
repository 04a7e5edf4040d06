import { useEffect, useRef } from 'preact/hooks'
import type { EventSummary } from '../../api.ts'
import { formatBytes, formatCount, formatNumberOf } from '../format.ts'
import type { Liveness } from '../live/follow-stream.ts'
import { type LiveRow, newestNumber } from '../live/live-list.ts'
import { type LiveEvents, useLiveEvents } from '../live/use-live-events.ts'
import { type EventFilter, hashOf, isFiltered, streamHash } from '../router.ts'
import { visibleText } from '../visible-text.ts'
import { DataTable } from './data-table.tsx'
import { SafeText } from './safe-text.tsx'
import { Empty, Failure, Loading, Waiting } from './states.tsx'
import { ShortTime } from './time.tsx'

export interface EventListProps {
  readonly stream: string
  readonly from: number | null
  readonly filter?: EventFilter
  /** The address of the same list from another number on; of null, from the end. */
  readonly hash: (from: number | null) => string
  /** What to say when there is nothing. */
  readonly empty: string
  /** Told of the number of the newest event that is known. */
  readonly onNewest?: (eventNumber: number) => void
}

const LIVENESS: Readonly<Record<Liveness, string>> = {
  off: 'Not live',
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
}

/** The events of a stream, newest first, as they arrive. Nothing moves while somebody reads. */
export function EventList({ stream, from, filter, hash, empty, onNewest }: EventListProps) {
  const box = useRef<HTMLDivElement>(null)
  const live = useLiveEvents({ stream, from, isReading: () => isReading(box.current), ...(filter && { filter }) })
  const { list, stale, error } = live
  const newest = list ? newestNumber(list) : 0
  useEffect(() => onNewest?.(newest), [newest, onNewest])
  return (
    <section class="events" aria-label="Events">
      <ListBar live={live} from={from} hash={hash} />
      {error && <Failure error={error} reload={live.reload} />}
      {!list && !error && <Loading what="events" />}
      {stale && <Waiting what="events" />}
      {list && (
        <div ref={box} aria-busy={stale}>
          {list.rows.length > 0 && (
            <DataTable
              caption={`Events of ${visibleText(stream)}, newest first`}
              columns={columnsOf(stream, hash)}
              rows={list.rows}
              rowKey={keyOf}
            />
          )}
          {list.rows.length === 0 && <Empty>{emptyWords(list.older, from, filter, empty)}</Empty>}
          <Older live={live} />
        </div>
      )}
    </section>
  )
}

function ListBar({ live, from, hash }: Pick<EventListProps, 'from' | 'hash'> & { readonly live: LiveEvents }) {
  const { liveness, list, paused } = live
  const waiting = list?.waitingCount ?? 0
  const detached = list?.detached ?? false
  return (
    <div class="list-bar">
      {from !== null && (
        <>
          <span>From number {formatCount(from)} on backwards</span>
          <a class="button" href={hash(from + 50)}>
            Newer
          </a>
          <a class="button" href={hash(null)}>
            Newest, live
          </a>
        </>
      )}
      {from === null && (
        <>
          <span class={`liveness ${paused ? 'paused' : liveness}`} role="status">
            {paused ? 'Paused' : LIVENESS[liveness]}
          </span>
          <button type="button" data-pause onClick={() => (paused ? live.showNew() : live.setPaused(true))}>
            {paused ? 'Resume' : 'Pause'}
          </button>
        </>
      )}
      <span class="arrivals" role="status">
        {(waiting > 0 || detached) && (
          <button type="button" class="primary" onClick={live.showNew}>
            {waiting > 0 ? `${formatNumberOf(waiting, 'new event')}` : 'Back to the newest'}
          </button>
        )}
      </span>
    </div>
  )
}

function Older({ live: { list, loading, olderError, looked, loadOlder } }: { readonly live: LiveEvents }) {
  if (!list || list.older === null) return null
  return (
    <>
      {olderError && (
        <p class="note danger" role="alert">
          <SafeText text={olderError.message} limit={1_000} /> <code>{olderError.code}</code>
        </p>
      )}
      <p class="older">
        <button type="button" data-next aria-disabled={loading} onClick={loadOlder}>
          {loading ? 'Loading…' : olderError ? 'Older events, again' : 'Older events'}
        </button>
        {looked > list.rows.length && <span class="muted">{formatNumberOf(looked, 'event')} looked at so far</span>}
      </p>
    </>
  )
}

function emptyWords(older: number | null, from: number | null, filter: EventFilter | undefined, empty: string): string {
  if (older !== null) return 'Nothing found so far.'
  return from === null || (filter && isFiltered(filter)) ? empty : 'There is nothing at this number or before it.'
}

type Row = LiveRow<EventSummary>

const NUMBER = { label: 'Number', numeric: true, class: 'nth', cell: numberCell }
const STREAM = { label: 'Stream', class: 'stream', cell: (row: Row) => row.kind === 'event' && streamLink(row.event) }
const PREVIEW = { label: 'Data', class: 'preview', cell: previewCell }
const TIME = {
  label: 'Time',
  class: 'time',
  cell: (row: Row) => row.kind === 'event' && <ShortTime iso={row.event.createdAt} />,
}
const SIZE = {
  label: 'Size',
  numeric: true,
  class: 'size',
  cell: (row: Row) => row.kind === 'event' && formatBytes(row.event.bytes),
}

function columnsOf(stream: string, hash: EventListProps['hash']) {
  const type = { label: 'Type', class: 'type', cell: (row: Row) => typeCell(row, stream, hash) }
  return stream === '$all' ? [NUMBER, type, STREAM, PREVIEW, TIME, SIZE] : [NUMBER, type, PREVIEW, TIME, SIZE]
}

function numberCell(row: Row) {
  return row.kind === 'event' ? formatCount(row.event.eventNumber) : `${formatCount(row.from)}–${formatCount(row.to)}`
}

function typeCell(row: Row, stream: string, hash: EventListProps['hash']) {
  if (row.kind === 'gap')
    return (
      <a class="gap" data-row href={hash(row.to)}>
        {formatNumberOf(row.to - row.from + 1, 'event')} arrived too fast to show
      </a>
    )
  const { event } = row
  return (
    <>
      <a data-row href={hashOf({ view: 'event', id: event.id })}>
        <SafeText text={event.type} limit={80} />
      </a>
      {stream !== '$all' && event.streamName !== stream && (
        <span class="linked">
          linked from <SafeText text={event.streamName} limit={60} />
        </span>
      )}
    </>
  )
}

function streamLink({ streamName }: EventSummary) {
  return (
    <a href={streamHash(streamName)}>
      <SafeText text={streamName} limit={80} />
    </a>
  )
}

function previewCell(row: Row) {
  if (row.kind === 'gap') return null
  if (row.event.preview === null) return <span class="muted">too large to look into here</span>
  return <SafeText text={row.event.preview} class="code" />
}

function keyOf(row: Row): string {
  return row.kind === 'event' ? String(row.event.eventNumber) : `gap ${row.from}`
}

/** Somebody points at the list, has the focus in it, or has scrolled into it. */
function isReading(box: HTMLElement | null): boolean {
  if (!box) return false
  const pointed = matchMedia('(hover: hover)').matches && box.matches(':hover')
  return pointed || box.contains(document.activeElement) || box.getBoundingClientRect().top < 0
}
