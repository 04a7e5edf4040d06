import { formatCount, formatRate } from '../format.ts'
import { ALL, hashOf, type Route, SNAPSHOTS, STREAMS, SUBSCRIPTIONS } from '../router.ts'
import { rateOver } from '../state/sample-series.ts'
import type { Theme } from '../state/theme.ts'
import { type Connection, useWatch } from '../state/watch.tsx'
import { SafeText } from './safe-text.tsx'

export interface HeaderProps {
  readonly route: Route
  readonly theme: Theme
  readonly onTheme: () => void
  readonly onHelp: () => void
}

const LINKS: readonly { readonly label: string; readonly route: Route; readonly views: readonly Route['view'][] }[] = [
  { label: 'Streams', route: STREAMS, views: ['streams', 'stream'] },
  { label: '$all', route: ALL, views: ['all', 'event'] },
  { label: 'Subscriptions', route: SUBSCRIPTIONS, views: ['subscriptions', 'subscription'] },
  { label: 'Rates', route: { view: 'rates' }, views: ['rates'] },
  { label: 'Snapshots', route: SNAPSHOTS, views: ['snapshots', 'snapshot'] },
]

/** Which store this is, where one is in it, and how it is. */
export function Header({ route, theme, onTheme, onHelp }: HeaderProps) {
  const { store } = useWatch()
  return (
    <header class="top">
      <div class="brand">
        <a class="name" href={hashOf(STREAMS)}>
          pg-event-store
        </a>
        {store && (
          <span class="where" title={`${store.address}, PostgreSQL ${store.server}, pg-event-store ${store.version}`}>
            <SafeText text={store.database} limit={60} /> / <SafeText text={store.schema} limit={60} />
          </span>
        )}
        {store && (
          <span class={store.allowWrites ? 'badge warning' : 'badge'}>
            {store.allowWrites ? 'writes allowed' : 'read-only'}
          </span>
        )}
      </div>
      <nav class="views" aria-label="Views">
        {LINKS.map(({ label, route: target, views }) => (
          <a key={label} href={hashOf(target)} aria-current={views.includes(route.view) ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <Overview />
      <div class="tools">
        <button
          type="button"
          class="quiet"
          aria-label={`Colours: ${theme}. Change`}
          title="Colours: as the system says, light, or dark"
          onClick={onTheme}
        >
          {theme}
        </button>
        <button type="button" class="quiet" aria-label="Help" onClick={onHelp}>
          ?
        </button>
      </div>
    </header>
  )
}

const RATE_PERIOD = 10_000

function Overview() {
  const { samples, connection, store, stats } = useWatch()
  const head = samples.at(-1)?.head ?? store?.head
  const rate = rateOver(samples, RATE_PERIOD)
  return (
    <div class="overview">
      <Figure label="Head" value={head === undefined ? '–' : formatCount(head)} />
      <Figure label="Rate" value={rate === undefined ? '–' : formatRate(rate)} />
      <Figure label="Streams" value={stats.data ? formatCount(stats.data.streams) : '–'} />
      <State connection={connection} />
    </div>
  )
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <span class="figure">
      <span class="label">{label}</span> <span class="value">{value}</span>
    </span>
  )
}

const WORDS: Readonly<Record<Connection['state'], string>> = {
  connecting: 'connecting',
  open: 'connected',
  lost: 'server away',
  database: 'database away',
  refused: 'not let in',
}

function State({ connection }: { readonly connection: Connection }) {
  return (
    <span class={`connection ${connection.state}`} role="status">
      {WORDS[connection.state]}
    </span>
  )
}
