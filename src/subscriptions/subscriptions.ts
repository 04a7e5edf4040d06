import type { Diagnostic } from '../diagnostics.ts'
import { ClosedError, SubscriptionAlreadyOpenError } from '../errors.ts'
import type { EventTypes, RecordedEvent } from '../events.ts'
import type { Notifications } from '../notifications/notifications.ts'
import type { FollowOptions, OperationOptions, SubscriptionOptions } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import type { Session } from '../postgres/session.ts'
import type { SubscriptionInfo } from '../results.ts'
import type { StoreContext } from '../streams/store-context.ts'
import { checkStreamName } from '../streams/stream-name.ts'
import { checkName } from '../util/arguments.ts'
import { Checkpoints } from './checkpoints.ts'
import { type FollowServices, follow } from './follow.ts'
import { type Claim, Locks } from './locks.ts'
import { listSubscriptions, removeSubscription } from './rows.ts'
import { StreamReader } from './stream-reader.ts'
import { Subscription, type SubscriptionServices } from './subscription.ts'
import { planSubscription } from './subscription-plan.ts'

export interface SubscriptionsOptions {
  readonly context: StoreContext
  readonly executor: Executor
  readonly notifications: Notifications
  readonly openSession: () => Promise<Session>
  readonly retryInterval: number
  readonly onDiagnostic: (diagnostic: Diagnostic) => void
  readonly holdAppends: (until: Promise<unknown>) => void
}

/** The followers and subscriptions of a store, and what they share. The lock session is open while a subscription is. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #services: FollowServices & SubscriptionServices
  readonly #open = new Map<string, { readonly handle: object; readonly close: () => Promise<void> }>()
  readonly #closing = new AbortController()
  readonly #claims = new Set<Claim>()
  #locks: { readonly locks: Locks; readonly unregister: () => void } | undefined
  #lockSessionsClosed: Promise<unknown> = Promise.resolve()

  constructor(options: SubscriptionsOptions) {
    this.#options = options
    const { context, executor, notifications, onDiagnostic, holdAppends } = options
    this.#services = {
      schema: context.schema,
      executor,
      reader: new StreamReader(context, executor, (stream) => notifications.isShared(stream)),
      notifications,
      checkpoints: new Checkpoints(executor, context.schema),
      onDiagnostic,
      holdAppends,
      closing: this.#closing.signal,
      claim: (claim) => this.#claim(claim),
      unclaim: (claim) => this.#unclaim(claim),
      checkLocks: () => this.#locks?.locks.tryNow(),
      opened: (handle, stream, name) => this.#opened(handle as Subscription<EventTypes>, stream, name),
      closed: (handle, stream, name) => {
        const key = JSON.stringify([stream, name])
        if (this.#open.get(key)?.handle === handle) this.#open.delete(key)
      },
    }
  }

  /** Whether any subscription is open. */
  get open(): boolean {
    return this.#open.size > 0
  }

  follow<Types extends EventTypes>(
    stream: string,
    options?: FollowOptions<Types>,
  ): AsyncIterable<RecordedEvent<Types>> {
    return follow(this.#services, stream, options)
  }

  subscribe<Types extends EventTypes>(
    stream: string,
    name: string,
    options?: SubscriptionOptions<Types>,
  ): Subscription<Types> {
    return new Subscription(this.#services, planSubscription(stream, name, options))
  }

  list(options?: OperationOptions): Promise<readonly SubscriptionInfo[]> {
    return listSubscriptions(this.#options.executor, this.#options.context.schema, options)
  }

  async delete(stream: string, name: string, options?: OperationOptions): Promise<void> {
    const key = { stream: checkStreamName(stream), name: checkName(name, 'Subscription name') }
    await removeSubscription(this.#options.executor, this.#options.context.schema, key, options)
    this.#options.notifications.subscriptionsChanged()
  }

  /** Ends every follower, and closes every subscription. */
  async close(): Promise<void> {
    this.#closing.abort(new ClosedError())
    await Promise.all([...this.#open.values()].map(({ close }) => close()))
    await this.#lockSessionsClosed
  }

  #opened(handle: Subscription<EventTypes>, stream: string, name: string): void {
    if (this.#closing.signal.aborted) throw new ClosedError()
    const key = JSON.stringify([stream, name])
    const open = this.#open.get(key)
    if (open && open.handle !== handle) throw new SubscriptionAlreadyOpenError(stream, name)
    this.#open.set(key, { handle, close: () => handle.close() })
  }

  #claim(claim: Claim): void {
    this.#claims.add(claim)
    this.#locks ??= this.#openLocks()
    this.#locks.locks.want(claim)
  }

  async #unclaim(claim: Claim): Promise<void> {
    if (!this.#claims.delete(claim)) return
    const open = this.#locks
    await open?.locks.unwant(claim)
    if (this.#claims.size > 0 || this.#locks !== open || !open) return
    this.#locks = undefined
    open.unregister()
    this.#lockSessionsClosed = Promise.all([this.#lockSessionsClosed, open.locks.close()])
    await this.#lockSessionsClosed
  }

  #openLocks() {
    const { context, executor, openSession, retryInterval, onDiagnostic, notifications } = this.#options
    const locks = new Locks({
      schema: context.schema,
      executor,
      openSession,
      retryInterval,
      onReleased: () => notifications.subscriptionsChanged(),
      onDiagnostic,
    })
    return { locks, unregister: notifications.onSubscriptionsChanged(() => locks.tryNow()) }
  }
}
