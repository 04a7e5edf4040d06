import { Hono } from 'hono'
import { readStats } from '../../operations/stats.ts'
import { readStoreHead } from '../../operations/stream-heads.ts'
import { packageVersion } from '../../util/package-version.ts'
import { answer } from '../answer.ts'
import type { StoreFacts, StoreStats } from '../api.ts'
import type { AdminContext, AdminEnv, AdminRoutes } from '../context.ts'
import { eventStream } from '../event-stream.ts'
import { Parameters } from '../parameters.ts'
import { remembered } from '../remembered.ts'

/** Milliseconds for the figures: they count every stream and link. */
const STATS_TIMEOUT = 60_000
/** Milliseconds for which they are not counted again. */
const STATS_KEPT = 2_000

/** What the store is, how large, and how it grows. */
export function storeRoutes(context: AdminContext): AdminRoutes {
  const { operations, payload, address, database, allowWrites, sampler, closing, onFailure } = context
  const version = packageVersion()
  const stats = remembered(() => readStats(operations.within(STATS_TIMEOUT)), STATS_KEPT)
  const routes = new Hono<AdminEnv>()
  routes.get('/store', async ({ req }) => {
    new Parameters(req.url, [])
    const { head, server } = await readStoreHead(operations)
    return answer<StoreFacts>({
      version,
      server: server.split(' ')[0] ?? server,
      address,
      database,
      schema: operations.schemaName,
      payload,
      head,
      allowWrites,
    })
  })
  routes.get('/stats', async ({ req }) => {
    new Parameters(req.url, [])
    return answer<StoreStats>(await stats())
  })
  routes.get('/samples', ({ req }) => {
    const after = new Parameters(req.url, ['after']).text('after')
    return eventStream((signal) => sampler.watch(signal, after), { signals: [closing, req.raw.signal], onFailure })
  })
  return routes
}
