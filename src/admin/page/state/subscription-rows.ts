import type { SortDirection, SubscriptionRow } from '../../api.ts'
import type { SubscriptionSort } from '../router.ts'
import type { KeptSample } from './sample-series.ts'
import { keyOf } from './subscription-key.ts'

/** The rows with the checkpoints and lags of a sample that is newer than they are, if there is one. */
export function withLatest(
  rows: readonly SubscriptionRow[],
  sample: KeptSample | undefined,
): readonly SubscriptionRow[] {
  const latest = new Map(sample?.subscriptions.map((one) => [keyOf(one), one]))
  return rows.map((row) => {
    const newer = latest.get(keyOf(row))
    if (newer?.checkpoint === undefined) return row
    return { ...row, checkpoint: newer.checkpoint, lag: newer.lag, head: newer.checkpoint + newer.lag }
  })
}

export function sortSubscriptions(
  rows: readonly SubscriptionRow[],
  sortBy: SubscriptionSort,
  direction: SortDirection,
): readonly SubscriptionRow[] {
  const sign = direction === 'ascending' ? 1 : -1
  return [...rows].sort((a, b) => sign * compare(a[sortBy], b[sortBy]) || compare(keyOf(a), keyOf(b)))
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
