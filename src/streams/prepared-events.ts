import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DuplicateEventError, InvalidEventError, type InvalidEventIssue } from '../errors.ts'
import type { NewEvent } from '../events.ts'
import { encodeContent } from '../serialization/payload.ts'
import { describeKind, describeValue, nameProblem } from '../util/arguments.ts'
import { isUuid } from '../util/uuid.ts'
import { type EncodedEvents, EventEncoder } from './encoded-events.ts'
import type { StoreContext } from './store-context.ts'

export interface PreparedEvents {
  readonly events: EncodedEvents
  /** The ids that the caller gave, which may be stored already. */
  readonly ownIds: readonly string[]
}

/** Checks, identifies and encodes events. Rejects with InvalidEventError or DuplicateEventError for the first that cannot be stored. */
export async function prepareEvents(context: StoreContext, events: readonly NewEvent[]): Promise<PreparedEvents> {
  const { codec, eventSchemas } = context
  const encoder = new EventEncoder(codec.payload, events.length)
  const ownIds = new Set<string>()
  let goodType: string | undefined
  let index = 0
  const what = () => `Event ${index + 1} of ${events.length}`
  for (; index < events.length; index++) {
    const event = fieldsOf(events[index] as NewEvent, what)
    checkFields(event, goodType, what)
    goodType = event.type
    const validating = eventSchemas && validateData(eventSchemas, event, what)
    if (validating) await validating
    const ownId = lowerCase(event.id)
    if (ownId !== null) {
      if (ownIds.has(ownId)) throw new DuplicateEventError(ownId, 'twice in one append')
      ownIds.add(ownId)
    }
    encoder.add({
      id: ownId ?? undefined,
      causationId: event.causationId ?? null,
      correlationId: event.correlationId ?? null,
      type: event.type,
      data: encodeContent(codec, event.data, 'data', what),
      metadata: encodeContent(codec, event.metadata ?? {}, 'metadata', what),
    })
  }
  return { events: encoder.finish(), ownIds: [...ownIds] }
}

/** As PostgreSQL returns ids. */
function lowerCase(id: string | null | undefined): string | null {
  return id == null ? null : id.toLowerCase()
}

/** An event's fields, each looked at once: a getter may say something else the next time. */
function fieldsOf(event: NewEvent, what: () => string): NewEvent {
  if (typeof event !== 'object' || event === null) {
    throw new InvalidEventError(what(), [{ message: `must be an object, found ${describeKind(event)}` }])
  }
  const { type, data, metadata, id, causationId, correlationId } = event
  return { type, data, metadata, id, causationId, correlationId }
}

/** Throws for fields that cannot be stored; `goodType` was looked at before. */
function checkFields(event: NewEvent, goodType: string | undefined, what: () => string): void {
  const { type, metadata, id, causationId, correlationId } = event
  const issues = [
    goodType !== undefined && type === goodType ? undefined : typeIssue(type),
    metadata === undefined ? undefined : metadataIssue(metadata),
    id == null ? undefined : idIssue(id, 'id'),
    causationId == null ? undefined : idIssue(causationId, 'causationId'),
    correlationId == null ? undefined : idIssue(correlationId, 'correlationId'),
  ].filter((issue) => issue !== undefined)
  if (issues.length > 0) throw new InvalidEventError(what(), issues)
}

function typeIssue(type: unknown): InvalidEventIssue | undefined {
  if (typeof type !== 'string') return { message: `must be a string, found ${describeValue(type)}`, path: ['type'] }
  const problem = nameProblem(type)
  if (!problem) return undefined
  return { message: `must be 1 to 1,000 bytes of text without control characters, found ${problem}`, path: ['type'] }
}

function metadataIssue(metadata: unknown): InvalidEventIssue | undefined {
  if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) return undefined
  return { message: `must be an object, found ${describeKind(metadata)}`, path: ['metadata'] }
}

function idIssue(id: unknown, field: string): InvalidEventIssue | undefined {
  if (typeof id === 'string' && isUuid(id)) return undefined
  return { message: `must be a UUID, found ${describeValue(id)}`, path: [field] }
}

/** Throws, or resolves later when the schema validates asynchronously. What the schema makes of the data is not stored. */
function validateData(
  schemas: Readonly<Record<string, StandardSchemaV1>>,
  { type, data }: NewEvent,
  what: () => string,
): Promise<void> | undefined {
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined
  if (!schema) {
    const known = Object.keys(schemas).join(', ')
    throw new InvalidEventError(what(), [
      { message: `must be one of ${known}, found ${describeValue(type)}`, path: ['type'] },
    ])
  }
  const result = schema['~standard'].validate(data)
  if (result instanceof Promise) return result.then((settled) => refuseIssues(settled, what))
  refuseIssues(result, what)
  return undefined
}

function refuseIssues(result: StandardSchemaV1.Result<unknown>, what: () => string): void {
  if (!result.issues) return
  const issues = result.issues.map(({ message, path = [] }) => ({
    message,
    path: ['data', ...path.map((segment) => (typeof segment === 'object' ? segment.key : segment))],
  }))
  throw new InvalidEventError(what(), issues)
}
