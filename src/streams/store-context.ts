import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Executor } from '../postgres/executor.ts'
import type { Codec } from '../serialization/payload.ts'
import type { Deadline } from '../util/deadline.ts'
import type { AppendQueue } from './append-queue.ts'

/** What every operation of a store needs besides its arguments. */
export interface StoreContext {
  /** The schema, as a quoted identifier. */
  readonly schema: string
  readonly codec: Codec
  /** The event schemas of a typed store. */
  readonly eventSchemas: Readonly<Record<string, StandardSchemaV1>> | undefined
  readonly enableHardDeletes: boolean
  /** Where appends wait for their group. */
  readonly appends: AppendQueue
  /** Resolves when appending may begin: who began to follow the end of a stream before has found it. */
  readonly appendsHeld: () => Promise<unknown> | undefined
  /** Tells those who wait for these streams; in a caller's transaction, once he commits. */
  readonly announce: (executor: Executor, streams: readonly string[], deadline: Deadline) => Promise<void> | undefined
}
