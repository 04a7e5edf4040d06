import type { SubscriptionState } from './subscription-state.ts'

/**
 * News from the background: what the store recovered from, or is recovering from, by itself.
 *
 * @example
 * const onDiagnostic = (diagnostic: Diagnostic) => console.log(diagnostic)
 * const watched = new EventStore({ onDiagnostic })
 */
export type Diagnostic =
  /** A session for LISTEN or locks was lost and is opened again, or an idle connection of the pool was. */
  | {
      readonly type: 'connection-lost'
      readonly connection: 'notifications' | 'locks' | 'pool'
      readonly error: Error
    }
  /** A session is there (again), at which try since the last one. */
  | { readonly type: 'connected'; readonly connection: 'notifications' | 'locks'; readonly attempt: number }
  /** A subscription's state changed. */
  | { readonly type: 'subscription'; readonly stream: string; readonly name: string; readonly state: SubscriptionState }
  /** LISTEN cannot work here: the store looks for new events once a second. */
  | { readonly type: 'polling'; readonly reason: string }
  /** Following or a subscription could not read; it is tried again. */
  | { readonly type: 'read-failed'; readonly stream: string; readonly error: Error }
  /** A checkpoint could not be written; it is tried again. */
  | { readonly type: 'checkpoint-failed'; readonly stream: string; readonly name: string; readonly error: Error }

/** The default of `onDiagnostic`: what went wrong becomes a process warning, the rest is silent. */
export function warnOfDiagnostic(diagnostic: Diagnostic): void {
  const news =
    'error' in diagnostic ? diagnostic.error.message : diagnostic.type === 'polling' ? diagnostic.reason : undefined
  if (news !== undefined) process.emitWarning(`${diagnostic.type}: ${news}`, { type: 'EventStoreWarning' })
}
