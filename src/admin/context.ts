import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { EventStore } from '../event-store.ts'
import type { BoundedOperations } from '../operations/bounded-operations.ts'
import type { Payload } from '../options.ts'
import type { Sampler } from './sampler.ts'

/** The store that is shown. */
export interface ShownStore {
  readonly store: EventStore
  readonly operations: BoundedOperations
  readonly payload: Payload
  /** Where it is, as in 'localhost:5432'; without a password or anything else of the URL. */
  readonly address: string
  readonly database: string
}

/** What the routes work with. */
export interface AdminContext extends ShownStore {
  readonly allowWrites: boolean
  readonly sampler: Sampler
  /** Aborts when the server stops. */
  readonly closing: AbortSignal
  /** Told of what neither a request nor the state of the database explains. */
  readonly onFailure: (error: unknown) => void
}

/** What a request comes with besides itself. */
export interface AdminEnv {
  readonly Bindings: HttpBindings
}

/** The routes of one room of the API. */
export type AdminRoutes = Hono<AdminEnv>
