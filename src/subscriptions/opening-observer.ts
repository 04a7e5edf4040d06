import type { SubscriptionState } from '../subscription-state.ts'

/** Told of what concerns more than this opening. */
export interface OpeningObserver {
  onState(state: SubscriptionState): void
  /** A checkpoint stands in the table, written or read. */
  onCheckpoint(checkpoint: number): void
  /** The last subscriber has left. */
  onEmpty(): void
  /** It ended by an error: everybody was told. */
  onFailed(error: unknown): void
}
