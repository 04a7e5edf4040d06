/** How much work the suites do. What matters for a figure is part of its name, so that only equal work is compared. */
export interface Sizes {
  /** Runs of each case that are not counted, and runs that are. */
  readonly warmUps: number
  readonly repetitions: number
  /** Milliseconds that writers and readers work in one run. */
  readonly duration: number
  /** Writers of batches, readers and subscriptions side by side. */
  readonly concurrency: readonly number[]
  /** Writers of single events side by side. */
  readonly singleWriters: readonly number[]
  /** Writers in each of two processes: of batches, and of single events. */
  readonly writersPerProcess: { readonly batches: number; readonly single: number }
  /** Events of the append that is one large call. */
  readonly largeAppend: number
  /** Events stored where `$all` is read, and where a subscription catches up. */
  readonly storedEvents: number
  /** Appends whose receipt is timed, in one run. */
  readonly receipts: number
  /** Events stored where growth is measured, ascending: the first is what the others are compared to. */
  readonly growth: readonly number[]
  /** Events read at the end of `$all` there. */
  readonly lastEvents: number
  readonly followedStreams: number
  /** Milliseconds that a transaction is left open. */
  readonly openTransaction: number
  /** Events that a process streams while its memory is watched, and milliseconds that it appends. */
  readonly streamedEvents: number
  readonly appendingFor: number
}

export const FULL: Sizes = {
  warmUps: 1,
  repetitions: 7,
  duration: 500,
  concurrency: [1, 10, 20, 50],
  singleWriters: [1, 10, 50],
  writersPerProcess: { batches: 10, single: 25 },
  largeAppend: 10_000,
  storedEvents: 100_000,
  receipts: 200,
  growth: [100_000, 1_000_000],
  lastEvents: 10_000,
  followedStreams: 10_000,
  openTransaction: 60_000,
  streamedEvents: 1_000_000,
  appendingFor: 10_000,
}

/** For `--quick`: less of everything, in about two minutes. */
export const QUICK: Sizes = {
  ...FULL,
  repetitions: 3,
  duration: 200,
  storedEvents: 20_000,
  receipts: 100,
  growth: [10_000, 100_000],
  followedStreams: 1_000,
  openTransaction: 10_000,
  streamedEvents: 100_000,
  appendingFor: 2_000,
}

/** For `--large`: growth to so many more. */
export const LARGEST_GROWTH = 10_000_000
