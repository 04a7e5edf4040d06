import type { StoreStats } from '../../api.ts'
import { apiUrl } from '../api-client.ts'
import { usePolling } from './use-polling.ts'
import { type Resource, useResource } from './use-resource.ts'

/** The server counts rows for them: not often. */
const RELOAD_EVERY = 30_000

/** The store's counts and sizes, again from time to time. */
export function useStats(): Resource<StoreStats> {
  const resource = useResource<StoreStats>(apiUrl('stats'))
  usePolling(resource, RELOAD_EVERY)
  return resource
}
