import type { Payload } from '../options.ts'
import { initial } from './0001-initial/index.ts'

/** One step of the schema: forward only, and never changed once it is released. */
export interface MigrationScript {
  readonly name: string
  /** The SQL for a schema, given as a quoted identifier. */
  readonly sql: (schema: string, payload: Payload) => string
}

/** All of them, in the order in which they run. The schema is their sum. */
export const MIGRATIONS: readonly MigrationScript[] = [{ name: '0001-initial', sql: initial }]
