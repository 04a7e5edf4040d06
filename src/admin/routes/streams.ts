import { Hono } from 'hono'
import { StreamNotFoundError } from '../../errors.ts'
import { findStream } from '../../operations/stream-heads.ts'
import { answer } from '../answer.ts'
import type { AppendAnswer, Page, StreamInfo } from '../api.ts'
import { readJson } from '../body.ts'
import type { AdminContext, AdminEnv, AdminRoutes } from '../context.ts'
import { LARGEST_PAGE, Parameters, USUAL_PAGE } from '../parameters.ts'
import { asRequested } from '../refusal.ts'
import { appendRequestOf, deleteStreamRequestOf } from '../requests.ts'

/** Milliseconds for a list: by version it is found out for every stream. */
const LIST_TIMEOUT = 60_000

/** Lists and describes streams, appends to them and deletes them. */
export function streamRoutes({ store, operations }: AdminContext): AdminRoutes {
  const routes = new Hono<AdminEnv>()
  routes.get('/streams', async ({ req }) => {
    const parameters = new Parameters(req.url, ['search', 'sortBy', 'direction', 'page', 'pageSize'])
    const search = parameters.text('search')
    const page = await store.listStreams({
      ...(search !== undefined && { search }),
      sortBy: parameters.word('sortBy', ['name', 'version', 'createdAt', 'deletedAt']) ?? 'createdAt',
      sortDirection: parameters.word('direction', ['ascending', 'descending']) ?? 'ascending',
      page: parameters.integer('page', 1) ?? 1,
      pageSize: parameters.integer('pageSize', 1, LARGEST_PAGE) ?? USUAL_PAGE,
      timeout: LIST_TIMEOUT,
    })
    return answer<Page<StreamInfo>>(page)
  })
  routes.get('/stream', async ({ req }) => {
    const name = new Parameters(req.url, ['name']).requiredText('name')
    const found = await findStream(operations, name)
    if (!found) throw new StreamNotFoundError(name)
    return answer<StreamInfo>(found)
  })
  routes.post('/streams/append', async ({ req }) => {
    const { stream, expectedVersion, events } = appendRequestOf(await readJson(req.raw))
    return answer<AppendAnswer>(await asRequested(() => store.append(stream, events, { expectedVersion })))
  })
  routes.post('/streams/delete', async ({ req }) => {
    const { name, mode, expectedVersion } = deleteStreamRequestOf(await readJson(req.raw))
    await asRequested(() => store.deleteStream(name, { mode, expectedVersion }))
    return answer({})
  })
  return routes
}
