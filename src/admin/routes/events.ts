import { Hono } from 'hono'
import { StreamDeletedError, StreamNotFoundError } from '../../errors.ts'
import { readChain } from '../../operations/chain.ts'
import { readEventDetail } from '../../operations/event-detail.ts'
import { readEventPage } from '../../operations/event-page.ts'
import { findStream } from '../../operations/stream-heads.ts'
import { ALL } from '../../streams/stream-name.ts'
import { answer } from '../answer.ts'
import type { Chain, EventDetail, EventPage } from '../api.ts'
import type { AdminContext, AdminEnv, AdminRoutes } from '../context.ts'
import { download } from '../download.ts'
import { eventStream } from '../event-stream.ts'
import { liveEvents } from '../live.ts'
import { LARGEST_PAGE, Parameters, USUAL_PAGE } from '../parameters.ts'
import { BadRequest, Refusal } from '../refusal.ts'
import { shownContent } from '../shown-content.ts'

const PAGE_PARAMETERS = ['stream', 'from', 'direction', 'limit', 'type', 'search', 'correlationId', 'causationId']

/** Events: pages of them, one with its data, its chain, and those that come. */
export function eventRoutes(context: AdminContext): AdminRoutes {
  const { operations, payload, closing, onFailure } = context
  const routes = new Hono<AdminEnv>()
  routes.get('/events', async ({ req }) => {
    const parameters = new Parameters(req.url, PAGE_PARAMETERS)
    const stream = parameters.text('stream') ?? ALL
    const page = await readEventPage(operations, payload, {
      stream,
      from: numberOrWord(parameters, 'from', { start: 1, end: Number.MAX_SAFE_INTEGER }),
      direction: parameters.word('direction', ['forwards', 'backwards']) ?? 'forwards',
      limit: parameters.integer('limit', 1, LARGEST_PAGE) ?? USUAL_PAGE,
      filter: {
        type: parameters.text('type'),
        streamContains: parameters.text('search'),
        correlationId: parameters.uuid('correlationId'),
        causationId: parameters.uuid('causationId'),
      },
    })
    if (page.looked === 0) await checkReadable(stream)
    return answer<EventPage>(page)
  })
  routes.get('/event', async ({ req }) => {
    const id = new Parameters(req.url, ['id']).requiredUuid('id')
    const found = await readEventDetail(operations, payload, id)
    if (!found) throw notStored(id)
    const { summary, content, links } = found
    return answer<EventDetail>({ ...summary, ...shownContent(content), links })
  })
  routes.get('/event/content', async ({ req, env }) => {
    const parameters = new Parameters(req.url, ['id', 'part'])
    const id = parameters.requiredUuid('id')
    const part = parameters.word('part', ['data', 'metadata']) ?? 'data'
    const found = await download(context, env, { of: 'event', id, part, name: `event-${id}` })
    if (!found) throw notStored(id)
    return found
  })
  routes.get('/chain', async ({ req }) => {
    const id = new Parameters(req.url, ['id']).requiredUuid('id')
    const chain = await readChain(operations, payload, id, req.raw.signal)
    if (!chain) throw notStored(id)
    return answer<Chain>(chain)
  })
  routes.get('/live', ({ req }) => {
    const parameters = new Parameters(req.url, ['stream', 'after'])
    const stream = parameters.text('stream') ?? ALL
    const after = lastEventId(req.header('Last-Event-ID')) ?? numberOrWord(parameters, 'after', { end: undefined })
    const signals = [closing, req.raw.signal]
    return eventStream((signal) => liveEvents({ operations, payload }, stream, after, signal), { signals, onFailure })
  })

  /** Says why a stream has no events. */
  async function checkReadable(stream: string): Promise<void> {
    const found = await findStream(operations, stream)
    if (!found) throw new StreamNotFoundError(stream)
    if (found.status === 'deleted') throw new StreamDeletedError(stream)
  }

  return routes
}

function notStored(id: string): Refusal {
  return new Refusal(404, 'EVENT_NOT_FOUND', `Event ${id} is not stored.`)
}

/** An event number, or a word that stands for one. */
function numberOrWord(
  parameters: Parameters,
  name: string,
  words: Readonly<Record<string, number | undefined>>,
): number | undefined {
  const text = parameters.text(name)
  return text !== undefined && Object.hasOwn(words, text) ? words[text] : parameters.integer(name, 0)
}

/** What a browser says that it has seen when it connects again. */
function lastEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number
  throw new BadRequest('Last-Event-ID must be an event number.')
}
