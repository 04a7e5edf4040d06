import type { SubscriptionState } from './subscription-state.ts'

/** News from the background: what the store recovered from, or is recovering from, by itself. */
export type Diagnostic =
  | {
      readonly type: 'connection-lost'
      readonly connection: 'notifications' | 'locks' | 'pool'
      readonly error: Error
    }
  | { readonly type: 'connected'; readonly connection: 'notifications' | 'locks'; readonly attempt: number }
  | { readonly type: 'subscription'; readonly stream: string; readonly name: string; readonly state: SubscriptionState }
  | { readonly type: 'polling'; readonly reason: string }
  | { readonly type: 'read-failed'; readonly stream: string; readonly error: Error }
  | { readonly type: 'checkpoint-failed'; readonly stream: string; readonly name: string; readonly error: Error }

/** The default of `onDiagnostic`: what went wrong becomes a process warning, the rest is silent. */
export function warnOfDiagnostic(diagnostic: Diagnostic): void {
  const news =
    'error' in diagnostic ? diagnostic.error.message : diagnostic.type === 'polling' ? diagnostic.reason : undefined
  if (news !== undefined) process.emitWarning(`${diagnostic.type}: ${news}`, { type: 'EventStoreWarning' })
}
