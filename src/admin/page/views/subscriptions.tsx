import { useMemo } from 'preact/hooks'
import type { SubscriptionRow } from '../../api.ts'
import { type Column, DataTable } from '../components/data-table.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { SearchField } from '../components/search-field.tsx'
import { Sparkline } from '../components/sparkline.tsx'
import { Empty, Loaded } from '../components/states.tsx'
import { ShortTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatCount, formatNumberOf } from '../format.ts'
import { hashOf, type Route, type SubscriptionSort, streamHash } from '../router.ts'
import { lagSeriesOfAll, type Series } from '../state/sample-series.ts'
import { keyOf } from '../state/subscription-key.ts'
import { sortSubscriptions } from '../state/subscription-rows.ts'
import { navigate } from '../state/use-route.ts'
import { useSubscriptions } from '../state/use-subscriptions.ts'
import { useWatch } from '../state/watch.tsx'
import { visibleText } from '../visible-text.ts'

/** Rows shown at most; a search finds the others. */
const MOST_ROWS = 200
/** Samples of a trend: five minutes. */
const TREND_SAMPLES = 150

type SubscriptionsRoute = Extract<Route, { readonly view: 'subscriptions' }>

export function SubscriptionsView({ route }: { readonly route: SubscriptionsRoute }) {
  const { search, sortBy, direction } = route
  const { samples } = useWatch()
  const resource = useSubscriptions()
  const columns = useMemo(() => columnsOf(lagSeriesOfAll(samples.slice(-TREND_SAMPLES))), [samples])

  const sort = (by: SubscriptionSort) => {
    const turned = direction === 'ascending' ? 'descending' : 'ascending'
    const first = by === 'stream' || by === 'name' ? 'ascending' : 'descending'
    navigate({ ...route, sortBy: by, direction: by === sortBy ? turned : first })
  }
  return (
    <>
      <Title>Subscriptions</Title>
      <div class="toolbar">
        <SearchField
          main
          label="Search"
          placeholder="part of a stream or a name"
          value={search}
          onSearch={(text) => navigate({ ...route, search: text }, 'replace')}
        />
      </div>
      <Loaded resource={resource} what="subscriptions">
        {(all) => {
          const found = all.filter(({ stream, name }) => stream.includes(search) || name.includes(search))
          const rows = sortSubscriptions(found, sortBy, direction)
          if (rows.length === 0)
            return (
              <Empty>{search === '' ? 'No subscriptions yet.' : 'No subscription has this text in its names.'}</Empty>
            )
          return (
            <>
              <DataTable
                caption="Subscriptions"
                columns={columns}
                rows={rows.slice(0, MOST_ROWS)}
                rowKey={keyOf}
                sortBy={sortBy}
                direction={direction}
                onSort={sort}
              />
              <p class="muted">
                {rows.length > MOST_ROWS
                  ? `The first ${MOST_ROWS} of ${formatNumberOf(rows.length, 'subscription')}: search for the others.`
                  : formatNumberOf(rows.length, 'subscription')}
              </p>
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function columnsOf(trends: ReadonlyMap<string, Series>): readonly Column<SubscriptionRow, SubscriptionSort>[] {
  return [
    {
      label: 'Name',
      sort: 'name',
      class: 'name',
      cell: ({ stream, name }) => (
        <a data-row href={hashOf({ view: 'subscription', stream, name })}>
          <SafeText text={name} limit={100} />
        </a>
      ),
    },
    {
      label: 'Stream',
      sort: 'stream',
      class: 'stream',
      cell: ({ stream }) => (
        <a href={streamHash(stream)}>
          <SafeText text={stream} limit={100} />
        </a>
      ),
    },
    { label: 'Checkpoint', sort: 'checkpoint', numeric: true, cell: ({ checkpoint }) => formatCount(checkpoint) },
    { label: 'Head', numeric: true, cell: ({ head }) => formatCount(head) },
    { label: 'Lag', sort: 'lag', numeric: true, cell: ({ lag }) => <Lag lag={lag} /> },
    {
      label: 'Trend',
      class: 'trend',
      cell: ({ stream, name }) => (
        <Sparkline
          series={trends.get(keyOf({ stream, name }))}
          label={`Lag of ${visibleText(name)} over the last minutes`}
        />
      ),
    },
    {
      label: 'Held by',
      class: 'holder',
      cell: ({ holder }) =>
        holder === null ? <span class="badge">nobody</span> : <SafeText text={holder} limit={80} />,
    },
    { label: 'Updated', sort: 'updatedAt', class: 'time', cell: ({ updatedAt }) => <ShortTime iso={updatedAt} /> },
  ]
}

function Lag({ lag }: { readonly lag: number }) {
  return <span class={lag < 0 ? 'badge danger' : lag === 0 ? 'muted' : 'lag'}>{formatCount(lag)}</span>
}
