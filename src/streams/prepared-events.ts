import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DuplicateEventError, InvalidEventError, type InvalidEventIssue } from '../errors.ts'
import type { NewEvent } from '../events.ts'
import { encodeContent } from '../serialization/payload.ts'
import { describeValue, nameProblem } from '../util/arguments.ts'
import { isUuid, uuidv7 } from '../util/uuid.ts'
import type { StoreContext } from './store-context.ts'

/** A new event as it goes to the database: checked, identified and encoded. */
export interface PreparedEvent {
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
  readonly causationId: string | null
  readonly correlationId: string | null
}

export interface PreparedEvents {
  readonly events: readonly PreparedEvent[]
  /** The ids that the caller gave, which may be stored already. */
  readonly ownIds: readonly string[]
}

/** About how many bytes an event takes. */
export function sizeOf({ data, metadata }: PreparedEvent): number {
  return data.length + metadata.length
}

/** Checks, identifies and encodes events. Rejects with InvalidEventError or DuplicateEventError for the first that cannot be stored. */
export async function prepareEvents(context: StoreContext, events: readonly NewEvent[]): Promise<PreparedEvents> {
  const ownIds = new Set<string>()
  const prepared: PreparedEvent[] = []
  let goodType: string | undefined
  for (const [index, event] of events.entries()) {
    const what = () => `Event ${index + 1} of ${events.length}`
    checkFields(event, goodType, what)
    goodType = event.type
    const validating = context.eventSchemas && validateData(context.eventSchemas, event, what)
    if (validating) await validating
    const ownId = lowerCase(event.id)
    if (ownId !== null) {
      if (ownIds.has(ownId)) throw new DuplicateEventError(ownId, 'twice in one append')
      ownIds.add(ownId)
    }
    prepared.push({
      id: ownId ?? uuidv7(),
      type: event.type,
      data: encodeContent(context.codec, event.data, 'data', what),
      metadata: encodeContent(context.codec, event.metadata ?? {}, 'metadata', what),
      causationId: lowerCase(event.causationId),
      correlationId: lowerCase(event.correlationId),
    })
  }
  return { events: prepared, ownIds: [...ownIds] }
}

/** As PostgreSQL returns ids. */
function lowerCase(id: string | null | undefined): string | null {
  return id == null ? null : id.toLowerCase()
}

/** Throws for fields that cannot be stored; `goodType` was looked at before. */
function checkFields(event: NewEvent, goodType: string | undefined, what: () => string): void {
  if (typeof event !== 'object' || event === null) {
    throw new InvalidEventError(what(), [{ message: `must be an object, found ${describeValue(event)}` }])
  }
  const { type, metadata, id, causationId, correlationId } = event
  const issues: InvalidEventIssue[] = []
  const add = (issue: InvalidEventIssue | undefined) => issue && issues.push(issue)
  if (goodType === undefined || type !== goodType) add(typeIssue(type))
  if (metadata !== undefined) add(metadataIssue(metadata))
  if (id != null) add(idIssue(id, 'id'))
  if (causationId != null) add(idIssue(causationId, 'causationId'))
  if (correlationId != null) add(idIssue(correlationId, 'correlationId'))
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
  return { message: `must be an object, found ${describeValue(metadata)}`, path: ['metadata'] }
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
