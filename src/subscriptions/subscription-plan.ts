import type { EventTypes, RecordedEvent } from '../events.ts'
import type { RunOptions, SubscriberOptions, SubscriptionOptions } from '../options.ts'
import { checkStreamName } from '../streams/stream-name.ts'
import { checkFunction, checkInteger, checkMillis, checkName, checkOptions, checkSignal } from '../util/arguments.ts'
import { checkAfter } from './follow.ts'

/** A subscription's options, checked and complete. */
export interface SubscriptionPlan<Types extends EventTypes> {
  readonly stream: string
  readonly name: string
  readonly after: number | 'start' | 'end'
  readonly filter: ((event: RecordedEvent<Types>) => boolean) | undefined
  readonly partitionBy: ((event: RecordedEvent<Types>) => string) | undefined
  readonly maxQueued: number
  readonly checkpointEvery: number
  readonly checkpointAfter: number | undefined
}

const SUBSCRIPTION = ['after', 'filter', 'partitionBy', 'maxQueued', 'checkpointEvery', 'checkpointAfter'] as const
const SUBSCRIBER = ['maxInFlight', 'signal'] as const

/** Throws TypeError or RangeError for what cannot be. */
export function planSubscription<Types extends EventTypes>(
  stream: string,
  name: string,
  options?: SubscriptionOptions<Types>,
): SubscriptionPlan<Types> {
  const checked = checkOptions(options, 'subscribe', SUBSCRIPTION)
  const { after = 'start', filter, partitionBy, maxQueued = 1_000, checkpointEvery = 1, checkpointAfter } = checked
  return {
    stream: checkStreamName(stream),
    name: checkName(name, 'Subscription name'),
    after: checkAfter(after),
    filter: checkFunction(filter, 'filter'),
    partitionBy: checkFunction(partitionBy, 'partitionBy'),
    maxQueued: checkInteger(maxQueued, 'maxQueued', 1),
    checkpointEvery: checkInteger(checkpointEvery, 'checkpointEvery', 1),
    checkpointAfter: checkpointAfter === undefined ? undefined : checkTimer(checkpointAfter),
  }
}

export function planSubscriber(options?: SubscriberOptions) {
  const { maxInFlight = 1, signal } = checkOptions(options, 'connect', SUBSCRIBER)
  return { maxInFlight: checkInteger(maxInFlight, 'maxInFlight', 1), signal: ownSignal(checkSignal(signal)) }
}

export function planRun(options?: RunOptions) {
  const { concurrency = 1, maxInFlight, signal } = checkOptions(options, 'run', [...SUBSCRIBER, 'concurrency'])
  const subscriber = planSubscriber({
    ...(maxInFlight !== undefined && { maxInFlight }),
    ...(signal !== undefined && { signal }),
  })
  return { ...subscriber, concurrency: checkInteger(concurrency, 'concurrency', 1) }
}

/** One that aborts with it: a signal that many share would warn of its listeners. */
export function ownSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  return signal && AbortSignal.any([signal])
}

/** Milliseconds that a timer can wait. */
function checkTimer(checkpointAfter: unknown): number {
  const millis = checkMillis(checkpointAfter, 'checkpointAfter')
  if (millis < 2 ** 31) return millis
  throw new RangeError(`checkpointAfter must be less than 2^31 milliseconds, found ${millis}`)
}
