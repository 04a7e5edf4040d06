/** What one kind of work came to. */
export interface Measurement {
  /** As in `append`. */
  readonly work: string
  /** Loops that each wait for one call before the next. */
  readonly clients: number
  /** Events of each call. */
  readonly events: number
  readonly calls: number
  /** How long they were measured. */
  readonly seconds: number
  /** Null where each call waits for its time. */
  readonly callsPerSecond: number | null
  readonly eventsPerSecond: number | null
  /** Milliseconds that half of the calls took at most, and 99 of 100. */
  readonly p50: number
  readonly p99: number
}

/** Sums up how long each call took, in milliseconds, and how many events all of them were about. */
export function summarize(
  { work, clients, events }: Pick<Measurement, 'work' | 'clients' | 'events'>,
  {
    durations,
    total,
    seconds,
  }: { readonly durations: readonly number[]; readonly total: number; readonly seconds: number },
): Measurement {
  const sorted = durations.toSorted((a, b) => a - b)
  const perSecond = (count: number) => rounded(seconds > 0 ? count / seconds : 0)
  return {
    work,
    clients,
    events,
    calls: durations.length,
    seconds: rounded(seconds),
    callsPerSecond: perSecond(durations.length),
    eventsPerSecond: perSecond(total),
    p50: rounded(percentile(sorted, 0.5)),
    p99: rounded(percentile(sorted, 0.99)),
  }
}

/** The value that this share of the values does not exceed; 0 of none. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** To three digits, or to whole numbers: more would promise too much. */
function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
