import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnostic } from '../diagnostics.ts'
import { ConnectionError } from '../errors.ts'
import type { Executor, Query } from '../postgres/executor.ts'
import { keepSession, type Session } from '../postgres/session.ts'
import { Deadline } from '../util/deadline.ts'
import { type Heads, readGrown, readHeads } from './heads.ts'
import { hears, noSession } from './hears.ts'
import { fromPayload } from './notification.ts'
import { channelStatement } from './notify-statement.ts'
import type { WakeUps } from './wake-ups.ts'

/** Milliseconds between looks at the heads: what a follower waits at most when a notification did not come. */
const LOOK_EVERY = 1_000
const HEARTBEAT_EVERY = 5_000
const QUERY_TIMEOUT = 5_000

export interface ListenerOptions {
  readonly schema: string
  readonly executor: Executor
  readonly openSession: () => Promise<Session>
  readonly wakeUps: WakeUps
  /** By whom those who wait here are woken without a notification. */
  readonly sender: string
  readonly onSubscriptionsChanged: () => void
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
}

/**
 * Hears what other processes append, and wakes who waits for it. Two loops, each independent of the other:
 *
 *   session: connect ─► LISTEN ─► wake everyone ─► hear, with a heartbeat, until lost ─► back off ─► connect …
 *   look:    every second, look at both heads ─► wake the streams that have grown past them
 *
 * The look finds what nobody has told: a process that died between COMMIT and NOTIFY, a session that is lost without knowing,
 * a pooler through which LISTEN cannot work. So nobody waits longer than about a second for anything.
 */
export class Listener {
  readonly #options: ListenerOptions
  readonly #stopping = new AbortController()
  readonly #loops: Promise<unknown>

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#loops = Promise.all([this.#keepListening(), this.#keepLooking()])
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#loops
  }

  #keepListening(): Promise<void> {
    const { openSession, onDiagnostic } = this.#options
    return keepSession({
      open: openSession,
      use: (session) => this.#listen(session),
      onConnected: (attempt) => onDiagnostic({ type: 'connected', connection: 'notifications', attempt }),
      onLost: (error) => onDiagnostic({ type: 'connection-lost', connection: 'notifications', error }),
      signal: this.#stopping.signal,
    })
  }

  async #listen(session: Session): Promise<void> {
    const { schema, executor, wakeUps, onSubscriptionsChanged, onDiagnostic } = this.#options
    const [names] = await session.query<{ channel: string; key: string }>(channelStatement(schema), QUERY_TIMEOUT)
    if (!names) throw new Error('The store has no channel')
    const { channel, key } = names
    session.onNotification((from, payload) => {
      if (from === channel) this.#hear(payload)
    })
    // Asked first: through a pooler in transaction mode, what is said here would stay on somebody else's connection.
    if (await hears(session, executor)) {
      await session.query({ text: `LISTEN "${channel}"` }, QUERY_TIMEOUT)
      await session.query(
        { text: 'SELECT pg_advisory_lock_shared($1::text::int, -1)::text', values: [key] },
        QUERY_TIMEOUT,
      )
    } else {
      onDiagnostic({ type: 'polling', reason: noSession().message })
    }
    // What was told before is not heard: not what has grown, and not which subscription was given up.
    wakeUps.wakeAll()
    onSubscriptionsChanged()
    while (!this.#stopping.signal.aborted) {
      await session.whileOpen(this.#pause(HEARTBEAT_EVERY))
      if (this.#stopping.signal.aborted) return
      const [now] = await session.query<{ channel: string }>(channelStatement(schema), QUERY_TIMEOUT)
      if (now?.channel !== channel) throw new ConnectionError('The schema was made anew, and has another channel.')
    }
  }

  #hear(payload: string): void {
    const { wakeUps, onSubscriptionsChanged, sender } = this.#options
    const notification = fromPayload(payload)
    switch (notification.type) {
      case 'grown':
        if (notification.sender === sender) break // they were woken when it was stored
        if (notification.streams) wakeUps.wake(notification.streams)
        else wakeUps.wakeAll()
        break
      case 'subscriptions':
        onSubscriptionsChanged()
        break
      default:
        notification satisfies never
    }
  }

  async #keepLooking(): Promise<void> {
    let known: Heads | undefined
    while (!this.#stopping.signal.aborted) {
      known = await this.#look(known).catch(() => known) // the database is away: look again later
      await this.#pause(LOOK_EVERY)
    }
  }

  async #look(known: Heads | undefined): Promise<Heads> {
    const { executor, schema, wakeUps } = this.#options
    const query: Query = (statement) => executor.query(statement, new Deadline(QUERY_TIMEOUT))
    const heads = await readHeads(query, schema)
    if (!known || heads.position < known.position || heads.linkId < known.linkId) {
      wakeUps.wakeAll() // at the beginning, and when this is another database than before: restored, or made anew
      return heads
    }
    if (heads.position === known.position && heads.linkId === known.linkId) return known
    const grown = await readGrown(query, schema, known)
    if (!grown) wakeUps.wakeAll()
    else wakeUps.wake(heads.position > known.position ? [...grown, '$all'] : grown)
    return heads
  }

  /** Resolves after some milliseconds, at once when the listener is closed. */
  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}
