import {
  DuplicateEventError,
  EventNotFoundError,
  type EventStoreError,
  InvalidEventError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '../errors.ts'
import type { RecordedEvent } from '../events.ts'
import {
  type AppendOptions,
  checkCreatedAt,
  checkExpectedVersion,
  checkTimeout,
  type ExpectedVersion,
} from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import type { AppendResult } from '../results.ts'
import { checkOptions, describeKind } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'
import { isUuid } from '../util/uuid.ts'
import { refuseIsolation } from './isolation.ts'
import type { StoreContext } from './store-context.ts'
import { checkWritableStream } from './stream-name.ts'

/** `ok`, `version`, `deleted`, `missing`, `duplicate` or `isolation`; the id of the event that is refused; the version; the position. */
type LinkRow = readonly [outcome: string, eventId: string, streamVersion: string | null, position: string]

/** Puts existing events into another stream, in the order given, all or none. */
export async function link(
  { schema, appendsHeld, announce }: StoreContext,
  executor: Executor,
  stream: string,
  events: readonly (RecordedEvent | string)[],
  options: AppendOptions,
): Promise<AppendResult> {
  const target = checkWritableStream(stream)
  const { expectedVersion, createdAt, timeout } = checkOptions(options, 'link', [
    'expectedVersion',
    'createdAt',
    'timeout',
  ])
  const expected = checkExpectedVersion(expectedVersion)
  const ids = checkIds(events)
  const deadline = new Deadline(checkTimeout(timeout))
  await appendsHeld()
  const [row] = await executor.write(
    {
      text: `
        SELECT outcome, event_id::text, stream_version::text, "position"::text
        FROM ${schema}.link_events($1, $2, $3::text::jsonb, $4::text::timestamptz)`,
      values: [target, String(expected), JSON.stringify(ids), checkCreatedAt(createdAt)?.toISOString() ?? null],
    },
    deadline,
  )
  const [outcome, eventId, streamVersion, position] = row as LinkRow
  if (outcome !== 'ok') throw refusal(target, expected, [outcome, eventId, streamVersion, position])
  await announce(executor, [target], deadline)
  return { streamVersion: Number(streamVersion), position: Number(position) }
}

function refusal(
  stream: string,
  expected: ExpectedVersion,
  [outcome, eventId, streamVersion]: LinkRow,
): EventStoreError {
  switch (outcome) {
    case 'deleted':
      return new StreamDeletedError(stream)
    case 'missing':
      return new EventNotFoundError(eventId)
    case 'duplicate':
      return new DuplicateEventError(eventId, `in stream ${JSON.stringify(stream)} already`)
    case 'version':
      return new WrongExpectedVersionError(
        stream,
        expected,
        streamVersion === null ? 'no-stream' : Number(streamVersion),
      )
    default:
      return refuseIsolation()
  }
}

function checkIds(events: readonly (RecordedEvent | string)[]): readonly string[] {
  if (!Array.isArray(events))
    throw new TypeError(`events must be an array of events or their ids, found ${describeKind(events)}`)
  if (events.length === 0) throw new RangeError('link needs at least one event')
  const ids = new Set<string>()
  for (const [index, event] of events.entries()) {
    const id: unknown = typeof event === 'string' ? event : event?.id
    if (typeof id !== 'string' || !isUuid(id)) {
      throw new InvalidEventError(`Event ${index + 1} of ${events.length}`, [
        { message: `must be a recorded event or its id, a UUID; found ${describeKind(id)}`, path: ['id'] },
      ])
    }
    if (ids.has(id.toLowerCase())) throw new DuplicateEventError(id, 'twice in one link')
    ids.add(id.toLowerCase())
  }
  return [...ids]
}
