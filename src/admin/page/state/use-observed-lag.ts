import { useEffect, useState } from 'preact/hooks'
import type { SubscriptionRow } from '../../api.ts'
import { MOST_SAMPLES, type Series } from './sample-series.ts'

/** The lag of a subscription as it was seen since its view was opened: for one that no sample names. */
export function useObservedLag(row: SubscriptionRow | undefined): Series {
  const [series, setSeries] = useState<Series>({ times: [], values: [] })
  useEffect(() => {
    if (!row) return
    setSeries(({ times, values }) => ({
      times: [...times, Date.now() / 1_000].slice(-MOST_SAMPLES),
      values: [...values, row.lag].slice(-MOST_SAMPLES),
    }))
  }, [row])
  return series
}
