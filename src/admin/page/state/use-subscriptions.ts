import { useMemo } from 'preact/hooks'
import type { SubscriptionRow } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { withLatest } from './subscription-rows.ts'
import { usePolling } from './use-polling.ts'
import { type Resource, useResource } from './use-resource.ts'
import { useWatch } from './watch.tsx'

const RELOAD_EVERY = 5_000

/** All subscriptions, with the figures of each sample that came after them: a checkpoint may also go back. */
export function useSubscriptions(): Resource<readonly SubscriptionRow[]> {
  const resource = useResource<readonly SubscriptionRow[]>(apiUrl('subscriptions'))
  usePolling(resource, RELOAD_EVERY)
  const { data } = resource
  const sample = useWatch().samples.at(-1)
  // The sample of when the rows came.
  const before = useMemo(() => sample, [data])
  const rows = useMemo(() => data && withLatest(data, sample === before ? undefined : sample), [data, sample, before])
  return { ...resource, data: rows }
}
