import type { StoreStats } from '../../api.ts'
import { Chart } from '../components/chart.tsx'
import { DataTable } from '../components/data-table.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { Empty, Loaded } from '../components/states.tsx'
import { Title } from '../components/title.tsx'
import { formatAge, formatBytes, formatCount, formatRate } from '../format.ts'
import { rateOver, rateSeries } from '../state/sample-series.ts'
import { useWatch } from '../state/watch.tsx'

export function RatesView() {
  const { samples, stats } = useWatch()
  const series = rateSeries(samples)
  const rate = rateOver(samples, 10_000)
  const most = Math.max(0, ...series.values.map((value) => value ?? 0))
  return (
    <>
      <Title>Rates</Title>
      <h2>Events a second</h2>
      {series.times.length > 1 ? (
        <Chart
          label="Events a second"
          format={formatRate}
          series={series}
          summary={`Events a second over the last minutes: now ${rate === undefined ? 'unknown' : formatRate(rate)}, at most ${formatRate(most)}`}
        />
      ) : (
        <Empty>Samples are being taken, every two seconds: the first line appears in a moment.</Empty>
      )}
      <Loaded resource={stats} what="figures">
        {(data) => <Figures stats={data} />}
      </Loaded>
    </>
  )
}

function Figures({ stats }: { readonly stats: StoreStats }) {
  const counts: readonly (readonly [string, number])[] = [
    ['Streams', stats.streams],
    ['Deleted streams', stats.deletedStreams],
    ['Links', stats.links],
    ['Subscriptions', stats.subscriptions],
    ['Snapshots', stats.snapshots],
  ]
  return (
    <>
      <h2>Appended</h2>
      <Facts>
        {stats.rates.map(({ seconds, events }) => (
          <Fact key={seconds} name={`Last ${formatAge(seconds * 1_000)}`} numeric>
            {formatCount(events)} <span class="muted">{formatRate(events / seconds)}</span>
          </Fact>
        ))}
        {counts.map(([name, count]) => (
          <Fact key={name} name={name} numeric>
            {formatCount(count)}
          </Fact>
        ))}
        <Fact name="Payload">{stats.payload}</Fact>
        <Fact name="PostgreSQL">{stats.server}</Fact>
      </Facts>
      <h2>On disk</h2>
      <DataTable
        caption="Sizes of the tables"
        rows={stats.tables}
        rowKey={({ table }) => table}
        columns={[
          { label: 'Table', cell: ({ table }) => <code>{table}</code> },
          { label: 'Data', numeric: true, cell: ({ bytes }) => formatBytes(bytes) },
          { label: 'Indexes', numeric: true, cell: ({ indexBytes }) => formatBytes(indexBytes) },
          { label: 'Together', numeric: true, cell: ({ bytes, indexBytes }) => formatBytes(bytes + indexBytes) },
        ]}
      />
    </>
  )
}
