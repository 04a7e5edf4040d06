import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Codec } from '../serialization/payload.ts'

/** What every operation of a store needs besides its arguments. */
export interface StoreContext {
  /** The schema, as a quoted identifier. */
  readonly schema: string
  readonly codec: Codec
  /** The event schemas of a typed store. */
  readonly eventSchemas: Readonly<Record<string, StandardSchemaV1>> | undefined
  readonly enableHardDeletes: boolean
}
