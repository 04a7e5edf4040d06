import { Chart } from '../components/chart.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { SafeText } from '../components/safe-text.tsx'
import { Empty, Loaded } from '../components/states.tsx'
import { FullTime } from '../components/time.tsx'
import { Title } from '../components/title.tsx'
import { formatAge, formatCount } from '../format.ts'
import { streamHash } from '../router.ts'
import { lagSeries, timeToCatchUp } from '../state/sample-series.ts'
import { useObservedLag } from '../state/use-observed-lag.ts'
import { useSubscriptions } from '../state/use-subscriptions.ts'
import { useWatch } from '../state/watch.tsx'
import { DeleteSubscriptionButton } from '../writes/delete-subscription-dialog.tsx'
import { ResetButton } from '../writes/reset-dialog.tsx'

export interface SubscriptionViewProps {
  readonly stream: string
  readonly name: string
}

export function SubscriptionView({ stream, name }: SubscriptionViewProps) {
  const { samples, store } = useWatch()
  const resource = useSubscriptions()
  const { data, reload } = resource
  const row = data?.find((one) => one.stream === stream && one.name === name)
  const sampled = lagSeries(samples, stream, name)
  const observed = useObservedLag(row)
  const isSampled = sampled.values.some((value) => value !== null)
  const series = isSampled ? sampled : observed
  const left = timeToCatchUp(series)

  const actions = row && store?.allowWrites && (
    <>
      <ResetButton subscription={row} onDone={reload} />
      <DeleteSubscriptionButton stream={stream} name={name} />
    </>
  )
  return (
    <>
      <Title actions={actions}>
        <span class="kind">Subscription</span> <SafeText text={name} />
      </Title>
      <Loaded resource={resource} what="the subscription">
        {() =>
          row ? (
            <>
              <Facts>
                <Fact name="Stream" wide>
                  <a href={streamHash(stream)}>
                    <SafeText text={stream} />
                  </a>
                </Fact>
                <Fact name="Checkpoint" numeric>
                  <a href={streamHash(stream, row.checkpoint)}>{formatCount(row.checkpoint)}</a>
                </Fact>
                <Fact name="Head" numeric>
                  {formatCount(row.head)}
                </Fact>
                <Fact name="Lag" numeric>
                  {formatCount(row.lag)}
                  {row.lag > 0 && left !== undefined && <span class="muted"> · about {formatAge(left)} left</span>}
                </Fact>
                <Fact name="Held by" wide>
                  {row.holder === null ? <span class="badge">nobody</span> : <SafeText text={row.holder} limit={300} />}
                </Fact>
                <Fact name="Checkpoint written">
                  <FullTime iso={row.updatedAt} />
                </Fact>
                <Fact name="Created">
                  <FullTime iso={row.createdAt} />
                </Fact>
              </Facts>
              {row.lag < 0 && (
                <p class="note danger">
                  The checkpoint is past the end of the stream: the database has lost events, or was restored from an
                  older backup. The subscription is refused until it is reset.
                </p>
              )}
              <h2>Lag</h2>
              {series.times.length > 0 && (
                <Chart
                  label="Lag"
                  format={formatCount}
                  series={series}
                  summary={`Lag over the last minutes; now ${formatCount(row.lag)}`}
                />
              )}
              {!isSampled && samples.length > 0 && (
                <p class="muted">
                  From when this view was opened: only of the 100 subscriptions that lag most the last minutes are kept.
                </p>
              )}
            </>
          ) : (
            <Empty>There is no such subscription (any more).</Empty>
          )
        }
      </Loaded>
    </>
  )
}
