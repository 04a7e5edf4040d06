import type { EventStoreError } from '../errors.ts'
import type { EventTypes } from '../events.ts'
import {
  type AppendAllOptions,
  checkCreatedAt,
  checkExpectedVersion,
  type ExpectedVersion,
  type StreamAppend,
} from '../options.ts'
import type { AppendResult } from '../results.ts'
import { describeKind } from '../util/arguments.ts'
import type { EncodedEvents } from './encoded-events.ts'
import { prepareEvents } from './prepared-events.ts'
import type { StoreContext } from './store-context.ts'
import { checkWritableStream } from './stream-name.ts'

/** One stream's part of an append; without events it only checks the version. */
export interface AppendPart {
  readonly stream: string
  readonly expectedVersion: ExpectedVersion
  readonly events: EncodedEvents
}

/** One append, all or nothing, checked and ready to go into a group. */
export interface AppendRequest {
  readonly parts: readonly AppendPart[]
  readonly createdAt: Date | undefined
  /** The ids that the caller gave: with them it may be a repetition. */
  readonly ownIds: readonly string[]
  /** How many events there are, and how many bytes their rows take. */
  readonly events: number
  readonly bytes: number
}

/** What became of one append of a group: a result for each of its parts, or why it was refused. */
export type AppendOutcome =
  | { readonly results: readonly AppendResult[]; readonly error?: undefined }
  | { readonly error: EventStoreError }

/** A request of these parts. */
export function toRequest(
  parts: readonly AppendPart[],
  createdAt: Date | undefined,
  ownIds: readonly string[],
): AppendRequest {
  let events = 0
  let bytes = 0
  for (const part of parts) {
    events += part.events.length
    bytes += part.events.size
  }
  return { parts, createdAt, ownIds, events, bytes }
}

/** Checks the parts of an append and encodes their events. */
export async function prepareAppend<Types extends EventTypes>(
  context: StoreContext,
  appends: readonly StreamAppend<Types>[],
  options: AppendAllOptions,
): Promise<AppendRequest> {
  if (!Array.isArray(appends)) throw new TypeError(`appends must be an array, found ${describeKind(appends)}`)
  if (appends.length === 0) throw new RangeError('appendAll needs at least one part')
  const createdAt = checkCreatedAt(options.createdAt)
  const targets = checkParts(appends)
  const prepared = await prepareEvents(
    context,
    targets.flatMap(({ events }) => events),
  )
  let start = 0
  const parts = targets.map(({ stream, expectedVersion, events: { length } }) => {
    const events = prepared.events.slice(start, start + length)
    start += length
    return { stream, expectedVersion, events }
  })
  return toRequest(parts, createdAt, prepared.ownIds)
}

function checkParts(appends: readonly StreamAppend[]): readonly StreamAppend[] {
  const parts: StreamAppend[] = []
  const streams = new Set<string>()
  for (const append of appends) {
    const part = checkPart(append)
    if (streams.has(part.stream)) {
      throw new RangeError(`a stream comes once in an append, found ${JSON.stringify(part.stream)} twice`)
    }
    streams.add(part.stream)
    parts.push(part)
  }
  return parts
}

/** Each field and each event is looked at once: a getter or a Proxy may say something else the next time. */
function checkPart(part: StreamAppend): StreamAppend {
  if (typeof part !== 'object' || part === null) {
    throw new TypeError(`a part of an append must be { stream, expectedVersion, events }, found ${describeKind(part)}`)
  }
  const { stream, expectedVersion, events } = part
  if (!Array.isArray(events)) throw new TypeError(`events must be an array, found ${describeKind(events)}`)
  return {
    stream: checkWritableStream(stream),
    expectedVersion: checkExpectedVersion(expectedVersion),
    events: [...events],
  }
}
