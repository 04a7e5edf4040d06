import { readEventPage } from '../operations/event-page.ts'
import { readStreamHead } from '../operations/stream-heads.ts'
import type { EventSummary, LiveState, SkippedEvents } from './api.ts'
import { CONNECTED, stateOf } from './connection-state.ts'
import type { ShownStore } from './context.ts'
import { type Message, pause } from './event-stream.ts'

/** Milliseconds between two looks. */
const EVERY = 250
/** Events of one message. */
const MOST_EVENTS = 200
/** Milliseconds after which the database counts as away. */
const LOOK_TIMEOUT = 5_000
/** Milliseconds between two tries while the database is away. */
const RETRY_EVERY = 1_000
/** Milliseconds of quiet after which a ping goes. */
const PING_AFTER = 15_000

/** Where somebody is who looks at a stream. */
interface Place {
  /** Which of several streams that had this name one after the other; unknown while there is none. */
  readonly streamId: string | undefined
  /** The last event number that was sent; undefined before the first look of who begins at the end. */
  readonly after: number | undefined
}

/**
 * The events of a stream as they are appended, without their data, until the signal aborts. A store's own `follow` reads whole
 * events: hundreds of 10 MB would be in memory at once. What is stored is looked at instead, four times a second at most: when more
 * came than one message holds, or whoever listens is slow, the older ones are skipped, and said to be.
 */
export async function* liveEvents(
  shown: Pick<ShownStore, 'operations' | 'payload'>,
  stream: string,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Message, undefined> {
  let place: Place = { streamId: undefined, after }
  let state: LiveState | undefined
  let quietSince = performance.now()
  while (!signal.aborted) {
    const began = performance.now()
    const messages: Message[] = []
    const look = await lookAfter(shown, stream, place).catch(stateOf)
    if (state?.connected !== look.state.connected) messages.push({ event: 'state', data: look.state })
    state = look.state
    if (look.found) {
      place = look.found.place
      messages.push(...look.found.messages)
    }
    if (messages.length === 0 && began - quietSince >= PING_AFTER) messages.push('ping')
    if (messages.length > 0) quietSince = began
    for (const message of messages) {
      if (signal.aborted) return
      yield message
    }
    const every = state.connected ? EVERY : RETRY_EVERY
    await pause(Math.max(0, every - (performance.now() - began)), signal)
  }
}

interface Look {
  readonly state: LiveState
  readonly found?: { readonly place: Place; readonly messages: readonly Message[] }
}

async function lookAfter(
  { operations, payload }: Pick<ShownStore, 'operations' | 'payload'>,
  stream: string,
  place: Place,
): Promise<Look> {
  const state = CONNECTED
  const head = await readStreamHead(operations.within(LOOK_TIMEOUT), stream)
  // Of a stream that is created later, all is new.
  if (!head) return { state, found: { place: { streamId: undefined, after: 0 }, messages: [] } }
  const { streamId, version } = head
  const another = place.streamId !== undefined && place.streamId !== streamId
  const after = another ? 0 : Math.min(place.after ?? version, version)
  if (version === after) return { state, found: { place: { streamId, after }, messages: [] } }
  const from = Math.max(after + 1, version - MOST_EVENTS + 1)
  const { events } = await readEventPage(operations, payload, {
    stream,
    from,
    direction: 'forwards',
    limit: MOST_EVENTS,
  })
  const last = Math.max(version, events.at(-1)?.eventNumber ?? 0)
  const messages: Message[] = []
  if (from > after + 1) {
    messages.push({ event: 'skipped', id: from - 1, data: { from: after + 1, to: from - 1 } satisfies SkippedEvents })
  }
  if (events.length > 0) messages.push({ event: 'appended', id: last, data: events satisfies readonly EventSummary[] })
  return { state, found: { place: { streamId, after: last }, messages } }
}
