/**
 * Where a subscription stands: `acquiring` until the lock is had or another process is found to have it (`standby`); then
 * `catching-up` until nothing more is stored, then `live`, until the lock is lost; `closed` for good.
 */
export type SubscriptionState = 'acquiring' | 'standby' | 'catching-up' | 'live' | 'closed'
