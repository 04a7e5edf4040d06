import { randomUUID } from 'node:crypto'
import type { Diagnostic } from '../diagnostics.ts'
import { ConnectionError, DatabaseError, type EventStoreError } from '../errors.ts'
import { hears, noSession } from '../notifications/hears.ts'
import { channelStatement } from '../notifications/notify-statement.ts'
import type { Executor } from '../postgres/executor.ts'
import { keepSession, type Session } from '../postgres/session.ts'
import { isPassing } from '../postgres/sqlstate.ts'
import { Pulse } from '../util/pulse.ts'
import {
  type CheckedRow,
  checkHeld,
  type HeldRow,
  type Holding,
  KEEP_ALIVE,
  markHeld,
  releaseLocks,
  type TriedRow,
  tryLocks,
  type Wanted,
} from './lock-statements.ts'

/** Milliseconds between checks that what is held is still held. */
const CHECK_EVERY = 1_000
/** A statement of the lock session that takes longer loses the session, and with it every lock. */
const QUERY_TIMEOUT = 3_000

/** What is known of a subscription whose lock was had this moment. */
export interface Held {
  /** The mark of this hold in its row. */
  readonly holder: string
  /** Which run of which server the lock was had on. */
  readonly server: string
  readonly checkpoint: number
  /** Whether the checkpoint was ever written by an acknowledgement. */
  readonly acknowledged: boolean
  /** The stream's version; of `$all`, its last position. */
  readonly head: number
}

/** A subscription that wants to be held by this process, and is told how that stands. */
export interface Claim extends Wanted {
  onAcquired(held: Held): void
  /** Another process holds it; its checkpoint in the table. */
  onRefused(checkpoint: number): void
  /** The lock is gone, or may be: nothing may be delivered or written any more. It is tried again. */
  onLost(): void
  /** There is no such subscription any more. */
  onDeleted(): void
  /** No lock can be had through this connection, or with these rights. */
  onImpossible(error: EventStoreError): void
}

export interface LocksOptions {
  readonly schema: string
  readonly executor: Executor
  readonly openSession: () => Promise<Session>
  /** Milliseconds between tries of what another process holds. */
  readonly retryInterval: number
  /** Called when locks were given back, for others who wait. */
  readonly onReleased: () => void
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
}

/**
 * The locks of one process, on one dedicated session.
 *
 *   wanted ──try──► held ──┬─ row marked by another, session lost ─► wanted
 *                          └─ unwanted ─► given back
 *
 * One loop does everything, round by round, so that nothing on the session overlaps: give back, check, try, wait.
 * Invariants: a lock that is held is never tried again (they are re-entrant). When the session is lost, every claim has been told
 * before the next session is opened.
 */
export class Locks {
  readonly #options: LocksOptions
  readonly #wanted = new Map<number, Claim>()
  readonly #held = new Map<number, Holding>()
  /** Who was told that the lock is held for him; while it was tried, he may have left, and another one come. */
  readonly #told = new Map<number, Claim>()
  readonly #stopping = new AbortController()
  readonly #loop: Promise<void>
  readonly #nudge = new Pulse()
  /** Who waits for his lock to be given back. */
  readonly #returns = new Map<number, () => void>()
  #tryAt = 0

  constructor(options: LocksOptions) {
    this.#options = options
    const { openSession, onDiagnostic } = options
    this.#loop = keepSession({
      open: openSession,
      use: (session) => this.#use(session),
      onConnected: (attempt) => onDiagnostic({ type: 'connected', connection: 'locks', attempt }),
      onLost: (error) => onDiagnostic({ type: 'connection-lost', connection: 'locks', error }),
      signal: this.#stopping.signal,
    })
  }

  want(claim: Claim): void {
    this.#wanted.set(claim.subscriptionId, claim)
    this.tryNow()
  }

  /** Resolves when the lock is given back, or cannot be because the session is lost, which gives it back as well. */
  async unwant({ subscriptionId }: Claim): Promise<void> {
    this.#wanted.delete(subscriptionId)
    if (!this.#held.has(subscriptionId)) return
    const returned = new Promise<void>((resolve) => this.#returns.set(subscriptionId, resolve))
    this.#nudge.fire()
    await returned
  }

  /** Somebody gave locks back, or a holder may have changed. */
  tryNow(): void {
    this.#tryAt = 0
    this.#nudge.fire()
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    this.#nudge.fire()
    await this.#loop
  }

  async #use(session: Session): Promise<void> {
    const { schema, executor } = this.#options
    try {
      if (!(await hears(session, executor))) {
        this.#refuse(noSession())
        return
      }
      await session.query(KEEP_ALIVE, QUERY_TIMEOUT)
      const [names] = await session.query<{ key: string }>(channelStatement(schema), QUERY_TIMEOUT)
      while (!this.#stopping.signal.aborted) {
        await this.#round(session, names?.key ?? '')
        await session.whileOpen(this.#nudge.wait(this.#pause()))
      }
    } catch (error) {
      if (error instanceof DatabaseError && !isPassing(error)) this.#refuse(error)
      throw error
    } finally {
      for (const id of [...this.#held.keys()]) this.#lose(id)
    }
  }

  /** Tells all that trying again would not help. */
  #refuse(error: EventStoreError): void {
    for (const claim of [...this.#wanted.values()]) claim.onImpossible(error)
  }

  async #round(session: Session, key: string): Promise<void> {
    await this.#giveBack(session, key)
    await this.#check(session, key)
    const missing = [...this.#wanted.values()].filter(({ subscriptionId }) => !this.#held.has(subscriptionId))
    if (missing.length === 0 || performance.now() < this.#tryAt) return
    const { schema, retryInterval } = this.#options
    this.#tryAt = performance.now() + retryInterval
    const wanted = missing.map(({ subscriptionId, stream, name }): Wanted => ({ subscriptionId, stream, name }))
    const tried = await session.query<TriedRow>(tryLocks(schema, key, wanted), QUERY_TIMEOUT)
    expectKey(tried, key)
    await this.#take(session, tried)
  }

  async #giveBack(session: Session, key: string): Promise<void> {
    const { schema, onReleased } = this.#options
    const unwanted = [...this.#held.values()].filter(({ subscriptionId }) => !this.#isWanted(subscriptionId))
    if (unwanted.length === 0) return
    await session.query(releaseLocks(schema, key, unwanted), QUERY_TIMEOUT)
    for (const { subscriptionId } of unwanted) this.#drop(subscriptionId)
    onReleased()
  }

  /** Whether what is held still is. It is also how a session that is half-open is found out. */
  async #check(session: Session, key: string): Promise<void> {
    const { schema } = this.#options
    const holdings = [...this.#held.values()]
    const rows = await session.query<CheckedRow>(checkHeld(schema, holdings), QUERY_TIMEOUT)
    expectKey(rows, key)
    const notHeld = rows.filter(({ held }) => held !== 'true')
    const gone = new Map(notHeld.map((row) => [Number(row.subscription_id), row]))
    if (gone.size === 0) return
    const lost = holdings.filter(({ subscriptionId }) => gone.has(subscriptionId))
    await session.query(releaseLocks(schema, key, lost), QUERY_TIMEOUT)
    for (const [subscriptionId, { deleted }] of gone) {
      if (deleted === 'true') this.#remove(subscriptionId)
      else this.#lose(subscriptionId)
    }
  }

  async #take(session: Session, tried: readonly TriedRow[]): Promise<void> {
    const got: Holding[] = []
    for (const { subscription_id, locked, checkpoint } of tried) {
      const subscriptionId = Number(subscription_id)
      if (locked === 'true') got.push({ subscriptionId, holder: randomUUID() })
      else if (checkpoint === null) this.#remove(subscriptionId)
      else this.#wanted.get(subscriptionId)?.onRefused(Number(checkpoint))
    }
    if (got.length === 0) return
    for (const holding of got) this.#held.set(holding.subscriptionId, holding)
    const rows = await session.query<HeldRow>(markHeld(this.#options.schema, got), QUERY_TIMEOUT)
    for (const { subscriptionId, holder } of got) {
      const row = rows.find(({ subscription_id }) => Number(subscription_id) === subscriptionId)
      if (!row) continue // deleted this moment: the next round finds out
      const { server, checkpoint, head } = row
      const acknowledged = row.acknowledged === 'true'
      const claim = this.#wanted.get(subscriptionId)
      if (claim) this.#told.set(subscriptionId, claim)
      claim?.onAcquired({ holder, server, checkpoint: Number(checkpoint), acknowledged, head: Number(head) })
    }
    if (got.some(({ subscriptionId }) => !this.#isWanted(subscriptionId))) this.#nudge.fire()
  }

  /** Whether he who was told of the lock still wants it. */
  #isWanted(subscriptionId: number): boolean {
    const told = this.#told.get(subscriptionId)
    return told !== undefined && told === this.#wanted.get(subscriptionId)
  }

  /** Milliseconds until the next round. */
  #pause(): number {
    const standing = [...this.#wanted.keys()].some((id) => !this.#held.has(id))
    return standing ? Math.min(CHECK_EVERY, Math.max(0, this.#tryAt - performance.now()) + 1) : CHECK_EVERY
  }

  #lose(subscriptionId: number): void {
    this.#drop(subscriptionId)
    this.#wanted.get(subscriptionId)?.onLost()
    this.#tryAt = 0
  }

  #remove(subscriptionId: number): void {
    this.#drop(subscriptionId)
    const claim = this.#wanted.get(subscriptionId)
    this.#wanted.delete(subscriptionId)
    claim?.onDeleted()
  }

  /** It is not held any more. */
  #drop(subscriptionId: number): void {
    this.#held.delete(subscriptionId)
    this.#told.delete(subscriptionId)
    this.#returns.get(subscriptionId)?.()
    this.#returns.delete(subscriptionId)
  }
}

/** Locks that are had on the tables of before exclude nobody who has them on those of now. */
function expectKey(rows: readonly { readonly key: string }[], key: string): void {
  if (rows.every((row) => row.key === key)) return
  throw new ConnectionError('The schema was made anew. Locks have to be had again, by another session.')
}
