import { Hono } from 'hono'
import { listSnapshots } from '../../operations/list-snapshots.ts'
import { readSnapshotText } from '../../operations/snapshot-text.ts'
import { answer } from '../answer.ts'
import type { Page, SnapshotDetail, SnapshotInfo } from '../api.ts'
import { readJson } from '../body.ts'
import type { AdminContext, AdminEnv, AdminRoutes } from '../context.ts'
import { download } from '../download.ts'
import { LARGEST_PAGE, Parameters, USUAL_PAGE } from '../parameters.ts'
import { asRequested, Refusal } from '../refusal.ts'
import { deleteSnapshotRequestOf } from '../requests.ts'
import { shownContent } from '../shown-content.ts'

/** Further pages than these are nobody's to look at. */
const LAST_PAGE = 1_000_000_000

/** Lists and shows snapshots, and deletes them. */
export function snapshotRoutes(context: AdminContext): AdminRoutes {
  const { store, operations, payload } = context
  const routes = new Hono<AdminEnv>()
  routes.get('/snapshots', async ({ req }) => {
    const parameters = new Parameters(req.url, ['search', 'page', 'pageSize'])
    const search = parameters.text('search') ?? ''
    const page = parameters.integer('page', 1, LAST_PAGE) ?? 1
    const pageSize = parameters.integer('pageSize', 1, LARGEST_PAGE) ?? USUAL_PAGE
    const { items, totalItems } = await listSnapshots(operations, { search, page, pageSize })
    return answer<Page<SnapshotInfo>>({
      items,
      page,
      pageSize,
      totalItems,
      totalPages: Math.ceil(totalItems / pageSize),
    })
  })
  routes.get('/snapshot', async ({ req }) => {
    const found = await readSnapshotText(operations, payload, new Parameters(req.url, ['id']).requiredText('id'))
    if (!found) throw noSnapshot()
    const { content, ...snapshot } = found
    return answer<SnapshotDetail>({ ...snapshot, ...shownContent(content) })
  })
  routes.get('/snapshot/content', async ({ req, env }) => {
    const parameters = new Parameters(req.url, ['id', 'part'])
    const id = parameters.requiredText('id')
    const part = parameters.word('part', ['data', 'metadata']) ?? 'data'
    const found = await download(context, env, { of: 'snapshot', id, part, name: 'snapshot' })
    if (!found) throw noSnapshot()
    return found
  })
  routes.post('/snapshots/delete', async ({ req }) => {
    const { id } = deleteSnapshotRequestOf(await readJson(req.raw))
    await asRequested(() => store.deleteSnapshot(id))
    return answer({})
  })
  return routes
}

function noSnapshot(): Refusal {
  return new Refusal(404, 'SNAPSHOT_NOT_FOUND', 'There is no such snapshot.')
}
