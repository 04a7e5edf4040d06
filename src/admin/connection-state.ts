import { EventStoreError } from '../errors.ts'
import type { LiveState } from './api.ts'
import { messageOf } from './refusal.ts'

export const CONNECTED: LiveState = { connected: true, message: null }

/** The state while the database cannot be asked, as it says of an error. Throws any other error. */
export function stateOf(error: unknown): { readonly state: LiveState; readonly found?: undefined } {
  if (error instanceof EventStoreError) return { state: { connected: false, message: messageOf(error) } }
  throw error
}
