import { EventStoreError } from '../../errors.ts'

/** A database is no EventStore of Elixir's, or holds what this store cannot hold. */
export class ElixirSourceError extends EventStoreError {
  readonly code = 'ELIXIR_SOURCE'
}
