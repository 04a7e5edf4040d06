import { CheckpointAheadError, ClosedError, type EventStoreError } from '../errors.ts'
import type { EventTypes, RecordedEvent } from '../events.ts'
import { isPassing } from '../postgres/sqlstate.ts'
import type { EventPage } from '../streams/pages.ts'
import type { SubscriptionState } from '../subscription-state.ts'
import { CheckpointKeeper } from './checkpoint-keeper.ts'
import type { DueCheckpoint } from './checkpoints.ts'
import { Competitors, type Joined } from './competitors.ts'
import { Dispatcher } from './dispatcher.ts'
import { FailingReads } from './failing-reads.ts'
import type { Claim, Held } from './locks.ts'
import { type Effect, type Input, initial, publicState, type State, transition } from './machine.ts'
import type { OpeningObserver } from './opening-observer.ts'
import { ensureSubscription, readCheckpoint } from './rows.ts'
import { retrying, type Services } from './services.ts'
import type { Cursor, NextEvents } from './stream-reader.ts'
import type { SubscriptionPlan } from './subscription-plan.ts'

/** The most events that one read fetches. */
const LARGEST_PAGE = 500

/**
 * A subscription while it is open: performs what the machine and the dispatcher decide.
 *
 *   locks, reads, wake-ups ──input──► machine ──effects──► locks, reads
 *   pages, acknowledgements ─────────► dispatcher ──deliveries──► subscribers
 *                                           └──checkpoint──► checkpoint writer
 *
 * Invariants:
 * 1. The state changes in `#input` alone.
 * 2. What belongs to an earlier hold of the lock (a page, a failure, a checkpoint) is recognized by `#hold`, and ignored.
 */
export class Opening<Types extends EventTypes> implements Claim {
  subscriptionId = 0
  readonly stream: string
  readonly name: string
  readonly #services: Services
  readonly #plan: SubscriptionPlan<Types>
  readonly #observer: OpeningObserver
  readonly #dispatcher: Dispatcher<RecordedEvent<Types>>
  readonly #competitors = new Competitors<Types>()
  readonly #keeper: CheckpointKeeper
  readonly #pageSize: number
  #state: State = initial
  /** The mark of this hold of the lock; none while it is not held. */
  #hold: Pick<DueCheckpoint, 'holder' | 'server'> | undefined
  #cursor: Cursor = { streamId: undefined, after: 0 }
  /** What was read and is not queued yet. In a field, not in a promise: those that outlive it would keep it from being collected young. */
  #undecoded: EventPage<Types> | undefined
  #readAgain: NodeJS.Timeout | undefined
  readonly #failingReads = new FailingReads()
  #stopWaiting: () => void = () => {}
  #closing: Promise<void> | undefined
  readonly #ready: Promise<void>
  readonly #ending = new AbortController()

  constructor(services: Services, plan: SubscriptionPlan<Types>, observer: OpeningObserver, after: Promise<unknown>) {
    this.#services = services
    this.#plan = plan
    this.stream = plan.stream
    this.name = plan.name
    this.#observer = observer
    this.#pageSize = Math.min(LARGEST_PAGE, plan.maxQueued)
    const { filter, partitionBy, checkpointEvery, checkpointAfter } = plan
    this.#dispatcher = new Dispatcher({ checkpoint: 0, filter, partitionBy })
    this.#keeper = new CheckpointKeeper({
      checkpoints: services.checkpoints,
      every: checkpointEvery,
      after: checkpointAfter,
      current: () => this.#current(),
      onWritten: (checkpoint) => observer.onCheckpoint(checkpoint),
      onFenced: () => {
        this.#input({ type: 'lost' }) // proof, which a lock session that is half-open cannot give
        services.checkLocks()
      },
      onFailed: (error) => {
        services.onDiagnostic({ type: 'checkpoint-failed', stream: plan.stream, name: plan.name, error })
      },
    })
    this.#ready = after.then(() => this.#acquire())
  }

  get state(): SubscriptionState {
    return publicState(this.#state)
  }

  /** Up to where everything is acknowledged, in memory; undefined while the lock is not held. */
  get checkpoint(): number | undefined {
    return this.#hold === undefined ? undefined : this.#dispatcher.checkpoint
  }

  /** Adds a subscriber. */
  join(maxInFlight: number): Joined<Types> {
    const id = Symbol(this.#plan.name)
    const port = { ack: (eventNumber: number) => this.#ack(id, eventNumber), leave: () => this.#leave(id) }
    const joined = this.#competitors.add(id, port, maxInFlight)
    this.#competitors.deliver(this.#dispatcher.join(id, maxInFlight))
    this.#readOn()
    return joined
  }

  /** Ends every subscriber, writes the checkpoint, and gives up the lock. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  onAcquired({ holder, server, checkpoint, acknowledged, head }: Held): void {
    if (acknowledged && checkpoint > head) {
      this.#fail(new CheckpointAheadError(this.#plan.stream, this.#plan.name, checkpoint, head))
      return
    }
    this.#hold = { holder, server }
    this.#keeper.restart(checkpoint)
    this.#cursor = { streamId: undefined, after: checkpoint }
    this.#dispatcher.reset(checkpoint)
    this.#observer.onCheckpoint(checkpoint)
    this.#input({ type: 'acquired', checkpoint })
  }

  onRefused(checkpoint: number): void {
    this.#observer.onCheckpoint(checkpoint)
    this.#input({ type: 'refused' })
  }

  onLost(): void {
    this.#input({ type: 'lost' })
  }

  onDeleted(): void {
    this.#fail(new ClosedError(`subscription ${JSON.stringify(this.#plan.name)}, which was deleted,`))
  }

  onImpossible(error: EventStoreError): void {
    this.#fail(error)
  }

  async #acquire(): Promise<void> {
    if (this.#isClosed()) return
    const { executor, schema, notifications } = this.#services
    this.#stopWaiting = notifications.waitFor(this.#plan.stream, () => this.#input({ type: 'woken' }))
    this.#observer.onState(this.state)
    await this.#claimAfter(async () => {
      const row = await ensureSubscription(executor, schema, this.#plan, this.#plan.after)
      this.subscriptionId = row.subscriptionId
      this.#observer.onCheckpoint(row.checkpoint)
    })
  }

  /** Wants the lock as soon as the query succeeds: a process that cannot read would keep it from one that can. */
  async #claimAfter(query: () => Promise<unknown>): Promise<void> {
    try {
      await retrying(this.#services, this.#plan.stream, this.#ending.signal, query)
      if (!this.#isClosed()) this.#services.claim(this)
    } catch (error) {
      this.#fail(error) // does nothing when it is the end
    }
  }

  #input(input: Input): void {
    const before = this.state
    const [state, ...effects] = transition(this.#state, input)
    this.#state = state
    for (const effect of effects) this.#effect(effect)
    if (this.state !== before) this.#observer.onState(this.state)
  }

  #effect(effect: Effect): void {
    switch (effect) {
      case 'read':
        void this.#read()
        return
      case 'retry-later':
        this.#readAgain = setTimeout(() => this.#input({ type: 'retry' }), this.#failingReads.pause)
        return
      case 'drop':
        this.#drop()
        return
      default:
        effect satisfies never
    }
  }

  async #read(): Promise<void> {
    const hold = this.#hold
    let page: NextEvents<Types>
    try {
      page = await this.#services.reader.next<Types>(this.#plan.stream, this.#cursor, this.#pageSize)
    } catch (error) {
      if (hold === this.#hold && !this.#isClosed()) this.#readFailed(error)
      return
    }
    if (hold === this.#hold && !this.#isClosed()) this.#pageRead(page)
  }

  /** Reads on before the page is decoded: meanwhile the server makes the next one. */
  #pageRead({ page, cursor, last }: NextEvents<Types>): void {
    this.#failingReads.succeeded()
    if (this.#cursor.streamId !== undefined && this.#cursor.streamId !== cursor.streamId) {
      // The stream was hard deleted and created again: that cleared our mark, and the next hold begins at 0.
      this.#services.checkLocks()
      this.#input({ type: 'read-failed' })
      return
    }
    this.#cursor = cursor
    this.#enqueue()
    this.#undecoded = page
    this.#input({ type: 'page', last, cursor: cursor.after, room: this.#hasRoom() })
    if (last) this.#enqueue()
    else setImmediate(this.#enqueue) // the request for the next one is on its way then
  }

  /** Decodes and queues the page that was read, unless that was done or the page was dropped. */
  readonly #enqueue = (): void => {
    const page = this.#undecoded
    if (!page) return
    this.#undecoded = undefined
    try {
      this.#competitors.deliver(this.#dispatcher.enqueue(page.events))
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#keeper.moved(this.#dispatcher.checkpoint)
    this.#readOn()
  }

  #readFailed(error: unknown): void {
    if (!isPassing(error)) {
      this.#fail(error)
      return
    }
    this.#services.onDiagnostic({ type: 'read-failed', stream: this.#plan.stream, error })
    const patient = !this.#failingReads.failed()
    this.#input({ type: patient ? 'read-failed' : 'lost' })
    if (patient) return
    const look = () => readCheckpoint(this.#services.executor, this.#services.schema, this.#plan)
    void this.#services.unclaim(this).then(() => this.#claimAfter(look))
  }

  #ack(subscriber: symbol, eventNumber: number): void {
    const deliveries = this.#dispatcher.ack(subscriber, eventNumber)
    if (!deliveries) return
    this.#competitors.deliver(deliveries)
    this.#keeper.moved(this.#dispatcher.checkpoint)
    this.#readOn()
  }

  /** Reads on when there is room again. */
  #readOn(): void {
    if (this.#state.kind === 'full' && this.#hasRoom()) this.#input({ type: 'room' })
  }

  async #leave(subscriber: symbol): Promise<void> {
    if (!this.#competitors.remove(subscriber)) return
    this.#competitors.deliver(this.#dispatcher.leave(subscriber))
    if (this.#competitors.size > 0) return this.#readOn()
    this.#observer.onEmpty()
    await this.close()
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed'
  }

  #hasRoom(): boolean {
    const queued = this.#dispatcher.queued + (this.#undecoded?.length ?? 0)
    return queued + this.#pageSize <= this.#plan.maxQueued
  }

  /** Where it stands, for the table; undefined while it is not held. */
  #current(): DueCheckpoint | undefined {
    if (this.#hold === undefined) return undefined
    return { subscriptionId: this.subscriptionId, ...this.#hold, checkpoint: this.#dispatcher.checkpoint }
  }

  #drop(): void {
    this.#hold = undefined
    this.#undecoded = undefined
    this.#keeper.drop(this.subscriptionId)
    clearTimeout(this.#readAgain)
    this.#dispatcher.reset(0)
    this.#competitors.drop()
  }

  async #close(): Promise<void> {
    const due = this.#keeper.due()
    this.#competitors.end()
    await this.#keeper.flush(due)
    await this.#giveUp()
  }

  #fail(error: unknown): void {
    if (this.#isClosed()) return
    this.#competitors.end(error)
    this.#closing ??= this.#giveUp()
    this.#observer.onFailed(error)
  }

  async #giveUp(): Promise<void> {
    this.#stopWaiting()
    this.#input({ type: 'close' })
    this.#ending.abort()
    await this.#ready.catch(() => {})
    await this.#services.unclaim(this)
  }
}
