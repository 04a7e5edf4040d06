import { Hono } from 'hono'
import type { AdminContext, AdminEnv, AdminRoutes } from './context.ts'
import { describeError, failureBody, isUnforeseen, Refusal } from './refusal.ts'
import { eventRoutes } from './routes/events.ts'
import { snapshotRoutes } from './routes/snapshots.ts'
import { storeRoutes } from './routes/store.ts'
import { streamRoutes } from './routes/streams.ts'
import { subscriptionRoutes } from './routes/subscriptions.ts'
import { pageFile } from './static-files.ts'

/** The API and the page, for requests that were let in. */
export function createApp(context: AdminContext): AdminRoutes {
  const app = new Hono<AdminEnv>()
  for (const routesOf of [storeRoutes, streamRoutes, eventRoutes, subscriptionRoutes, snapshotRoutes]) {
    app.route('/api', routesOf(context))
  }
  app.all('/api/*', ({ req }) => {
    throw new Refusal(404, 'NOT_FOUND', `There is no ${req.method} ${req.path}.`)
  })
  app.get('*', ({ req }) => pageFile(req.path))
  app.all('*', () => {
    throw new Refusal(404, 'NOT_FOUND', 'There is nothing here.')
  })
  app.onError((error, { req }) => {
    if (isUnforeseen(error)) context.onFailure(error)
    const { status, code, message } = describeError(error)
    if (req.path.startsWith('/api/')) return Response.json(failureBody({ code, message }), { status })
    return new Response(`${message}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
  })
  return app
}
