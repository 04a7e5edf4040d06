import type { Sizes } from './arena.ts'
import type { Goal } from './goals.ts'

/** Where the store is going. What a run of these sizes does not do in full is there twice: as what it is, and as its stand-in. */
export function goalsOf({ quick, large }: Sizes): readonly Goal[] {
  return [
    ...GOALS,
    openTransaction(60),
    ...(quick ? [standIn(openTransaction(5))] : []),
    ...growth(10_000_000),
    ...(large ? [] : growth(1_000_000).map(standIn)),
  ]
}

const BATCHES = 'append, batches of 100'
const SINGLE = 'append, single events'
const READ_STREAM = 'read a stream of 100, 50 readers'

const GOALS: readonly Goal[] = [
  {
    work: `${BATCHES}, 50 writers`,
    contest: 'append-batches-50',
    ours: 'store',
    reference: 'COPY',
    is: 'at least',
    threshold: 0.7,
  },
  {
    work: `${BATCHES}, 50 writers`,
    contest: 'append-batches-50',
    ours: 'store',
    reference: 'Emmett',
    is: 'at least',
    threshold: 3.5,
  },
  {
    work: `${BATCHES}, 1 writer`,
    contest: 'append-batches-1',
    ours: 'store',
    reference: 'Emmett',
    is: 'at least',
    threshold: 2,
  },
  {
    work: `${SINGLE}, 50 writers`,
    contest: 'append-single-50',
    ours: 'store',
    reference: 'Emmett',
    is: 'at least',
    threshold: 8,
  },
  {
    work: `${SINGLE}, 50 writers`,
    contest: 'append-single-50',
    ours: 'store',
    reference: 'INSERT',
    is: 'at least',
    threshold: 12,
  },
  {
    work: `${SINGLE}, 50 writers`,
    contest: 'append-single-50',
    ours: 'store',
    reference: 'INSERT alone',
    is: 'at least',
    threshold: 12,
  },
  {
    work: `${SINGLE}, 50 writers: p99`,
    contest: 'append-single-50',
    ours: 'store, p99',
    reference: 'Emmett, p50',
    is: 'below',
    threshold: 1,
  },
  {
    work: `${SINGLE}, 1 writer: p50`,
    contest: 'append-single-1',
    ours: 'store, p50',
    reference: 'INSERT, p50',
    is: 'at most',
    threshold: 1.15,
  },
  {
    work: `${SINGLE}, 1 writer: p50`,
    contest: 'append-single-1',
    ours: 'store, p50',
    reference: 'INSERT alone, p50',
    is: 'at most',
    threshold: 1.15,
  },
  { work: READ_STREAM, contest: 'read-stream', ours: 'store', reference: 'Emmett', is: 'at least', threshold: 2.5 },
  { work: READ_STREAM, contest: 'read-stream', ours: 'store', reference: 'pg', is: 'at least', threshold: 1.2 },
  {
    work: 'read $all, 100,000 events',
    contest: 'read-all',
    ours: 'store, in batches',
    reference: 'pg',
    is: 'at least',
    threshold: 1.6,
  },
  {
    work: 'append → received, same process: p50',
    contest: 'receipt-same-process',
    ours: 'at once, p50',
    reference: 'at once, append p50',
    is: 'at most',
    threshold: 0.6,
  },
  {
    work: 'append → received, another process: p50',
    contest: 'receipt-another-process',
    ours: 'at once, p50',
    reference: 'at once, append p50',
    is: 'at most',
    threshold: 1.2,
  },
  {
    work: '8 stores on one server, a writer each',
    contest: 'eight-stores',
    ours: 'store',
    reference: 'NOTIFY inside',
    is: 'at least',
    threshold: 1.8,
  },
  {
    work: 'catch-up, 100,000 events, defaults',
    contest: 'catch-up',
    ours: 'defaults',
    is: 'at least',
    threshold: 100_000,
  },
  {
    work: 'catch-up, 100,000 events, 1,000 in flight',
    contest: 'catch-up',
    ours: '1,000 in flight',
    is: 'at least',
    threshold: 250_000,
  },
  { work: '1 subscription × 100 events', contest: 'subscriptions-1', ours: 'store', is: 'at most', threshold: 5 },
  { work: '50 subscriptions × 100 events', contest: 'subscriptions-50', ours: 'store', is: 'at most', threshold: 30 },
  {
    work: '10,000 followed streams: appends',
    contest: 'followed-streams',
    ours: 'followed',
    reference: 'not followed',
    is: 'at least',
    threshold: 0.9,
  },
  { work: 'memory of streaming 1,000,000 events', contest: 'memory', ours: 'store', is: 'below', threshold: 150 },
]

function openTransaction(seconds: number): Goal {
  return {
    work: `a transaction left open for ${seconds} s: appends`,
    contest: `open-transaction-${seconds}`,
    ours: 'transaction open',
    reference: 'none open',
    is: 'at least',
    threshold: 0.95,
  }
}

function growth(stored: number): readonly Goal[] {
  return (['append', 'read'] as const).map((what) => ({
    work: `growth to ${stored.toLocaleString('en')}: ${what}`,
    contest: `growth-${stored}`,
    ours: what,
    reference: `${what}, small`,
    is: 'at least',
    threshold: 0.85,
  }))
}

function standIn(goal: Goal): Goal {
  return { ...goal, work: `(stand-in) ${goal.work}`, standIn: true }
}
