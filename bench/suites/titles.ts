import type { SuiteName } from './index.ts'

/** What each suite finds out, for a reader of its charts. */
export const TITLES: Readonly<Record<SuiteName, string>> = {
  append: 'How fast events are appended, by writers that each have a stream of their own',
  read: 'How fast a stream, and all events, are read',
  subscribe: 'How long subscriptions take that are opened, and get 100 events each that are appended meanwhile',
  latency: 'How long it takes from the return of an append until its event is received',
  'catch-up': 'How fast a new subscription gets through the events that are stored already',
  growth: 'What becomes slower as events are stored',
  followed: 'What appends lose to followers in the same process, and to a transaction left open elsewhere',
  memory: 'The most memory that a process has at work',
}
