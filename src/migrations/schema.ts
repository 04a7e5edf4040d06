import type { Payload } from '../options.ts'
import { quoteIdentifier } from '../postgres/identifier.ts'
import { checkOneOf, describeValue } from '../util/arguments.ts'

export const DEFAULT_SCHEMA = 'eventstore'
export const DEFAULT_PAYLOAD: Payload = 'json'
export const PAYLOADS = ['json', 'jsonb', 'bytea'] as const

/** PostgreSQL cuts longer names, and two cut names may be one. */
const LONGEST_NAME = 63

/** Where a store keeps its tables, and what its data and metadata columns hold. */
export interface SchemaSettings {
  readonly schema: string
  readonly payload: Payload
}

/** Fills in the defaults. Throws TypeError or RangeError for what PostgreSQL would refuse or cut. */
export function checkSchemaSettings(options: {
  readonly schema?: unknown
  readonly payload?: unknown
}): SchemaSettings {
  const { schema = DEFAULT_SCHEMA, payload = DEFAULT_PAYLOAD } = options
  if (typeof schema !== 'string') throw new TypeError(`schema must be a string, found ${describeValue(schema)}`)
  const bytes = Buffer.byteLength(schema)
  if (bytes < 1 || bytes > LONGEST_NAME) {
    throw new RangeError(`schema must be a name of 1 to ${LONGEST_NAME} bytes, found ${bytes} bytes`)
  }
  if (/\p{Cc}/u.test(schema) || !schema.isWellFormed()) {
    throw new RangeError(`schema must not contain control characters, found ${describeValue(schema)}`)
  }
  if (schema.startsWith('pg_') || schema === 'information_schema') {
    throw new RangeError(`schema must not be one of PostgreSQL's own, found ${describeValue(schema)}`)
  }
  return { schema, payload: checkOneOf(payload, 'payload', PAYLOADS) }
}

/** The name of something in the schema, quoted for SQL. */
export function qualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}
