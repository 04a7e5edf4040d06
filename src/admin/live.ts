import { readEventPage } from '../operations/event-page.ts'
import { readStreamHead } from '../operations/stream-heads.ts'
import type { EventSummary, LiveState, SkippedEvents } from './api.ts'
import { CONNECTED, stateOf } from './connection-state.ts'
import type { ShownStore } from './context.ts'
import { type Message, pause } from './event-stream.ts'

/** Milliseconds between two looks. */
const EVERY = 250
/** The same while more arrives than one message holds: nobody reads that fast, and it costs a browser much to show it. */
const EVERY_IN_FLOOD = 1_000
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
    const every = !state.connected ? RETRY_EVERY : look.found?.flood ? EVERY_IN_FLOOD : EVERY
    await pause(Math.max(0, every - (performance.now() - began)), signal)
  }
}

interface Look {
  readonly state: LiveState
  readonly found?: {
    readonly place: Place
    readonly messages: readonly Message[]
    /** Whether more came than one message holds. */
    readonly flood?: boolean
  }
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
  const limit = MOST_EVENTS
  const page = await readEventPage(operations, payload, { stream, from: version, direction: 'backwards', limit })
  const events = page.events.filter(({ eventNumber }) => eventNumber > after).reverse()
  const messages: Message[] = []
  // Numbers that a hard delete left empty are not skipped: only a full page may have left something out.
  const first = events[0]?.eventNumber ?? 0
  const flood = events.length === limit && first > after + 1
  if (flood) {
    messages.push({ event: 'skipped', id: first - 1, data: { from: after + 1, to: first - 1 } satisfies SkippedEvents })
  }
  if (events.length > 0) {
    messages.push({ event: 'appended', id: version, data: events satisfies readonly EventSummary[] })
  }
  return { state, found: { place: { streamId, after: version }, messages, flood } }
}
