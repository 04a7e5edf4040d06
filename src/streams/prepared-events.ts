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
  for (const [index, event] of events.entries()) {
    const what = `Event ${index + 1} of ${events.length}`
    const checked = checkFields(event, what)
    const validating = context.eventSchemas && validateData(context.eventSchemas, event, what)
    if (validating) await validating
    if (event.id != null) {
      if (ownIds.has(checked.id)) throw new DuplicateEventError(checked.id, 'twice in one append')
      ownIds.add(checked.id)
    }
    prepared.push({
      ...checked,
      data: encodeContent(context.codec, event.data, 'data', what),
      metadata: encodeContent(context.codec, event.metadata ?? {}, 'metadata', what),
    })
  }
  return { events: prepared, ownIds: [...ownIds] }
}

function checkFields(event: NewEvent, what: string): Omit<PreparedEvent, 'data' | 'metadata'> {
  if (typeof event !== 'object' || event === null) {
    throw new InvalidEventError(what, [{ message: `must be an object, found ${describeValue(event)}` }])
  }
  const { type, metadata } = event
  const issues: InvalidEventIssue[] = []
  if (typeof type !== 'string')
    issues.push({ message: `must be a string, found ${describeValue(type)}`, path: ['type'] })
  else {
    const problem = nameProblem(type)
    if (problem) {
      issues.push({
        message: `must be 1 to 1,000 bytes of text without control characters, found ${problem}`,
        path: ['type'],
      })
    }
  }
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))) {
    issues.push({ message: `must be an object, found ${describeValue(metadata)}`, path: ['metadata'] })
  }
  const checked = {
    id: uuid(event.id, 'id', issues) ?? uuidv7(),
    type,
    causationId: uuid(event.causationId, 'causationId', issues),
    correlationId: uuid(event.correlationId, 'correlationId', issues),
  }
  if (issues.length > 0) throw new InvalidEventError(what, issues)
  return checked
}

/** The UUID in lower case, as PostgreSQL returns it; null when there is none. */
function uuid(value: unknown, field: string, issues: InvalidEventIssue[]): string | null {
  if (value == null) return null
  if (typeof value === 'string' && isUuid(value)) return value.toLowerCase()
  issues.push({ message: `must be a UUID, found ${describeValue(value)}`, path: [field] })
  return null
}

/** Throws, or resolves later when the schema validates asynchronously. What the schema makes of the data is not stored. */
function validateData(
  schemas: Readonly<Record<string, StandardSchemaV1>>,
  { type, data }: NewEvent,
  what: string,
): Promise<void> | undefined {
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined
  if (!schema) {
    const known = Object.keys(schemas).join(', ')
    throw new InvalidEventError(what, [
      { message: `must be one of ${known}, found ${describeValue(type)}`, path: ['type'] },
    ])
  }
  const result = schema['~standard'].validate(data)
  if (result instanceof Promise) return result.then((settled) => refuseIssues(settled, what))
  refuseIssues(result, what)
  return undefined
}

function refuseIssues(result: StandardSchemaV1.Result<unknown>, what: string): void {
  if (!result.issues) return
  const issues = result.issues.map(({ message, path = [] }) => ({
    message,
    path: ['data', ...path.map((segment) => (typeof segment === 'object' ? segment.key : segment))],
  }))
  throw new InvalidEventError(what, issues)
}
