import { quantile } from '../harness/statistics.ts'
import { newEvents } from '../workload.ts'
import type { Figure } from './arena.ts'
import type { Append, Appender } from './contenders/appender.ts'

export const EVENT_RATE: readonly Figure[] = [{ label: '', unit: 'events/s', better: 'more' }]

/** What `writeFor` measures. */
export const APPENDS: readonly Figure[] = [
  { label: '', unit: 'appends/s', better: 'more' },
  { label: 'p50', unit: 'ms', better: 'less' },
  { label: 'p99', unit: 'ms', better: 'less' },
]

const EVENTS = newEvents(5_000)
let runs = 0

/** Batches of events, different ones for each of a number of writers. */
export function batches(writers: number, size: number): (typeof EVENTS)[] {
  return Array.from({ length: writers }, (_, writer) => {
    const first = (writer * size) % (EVENTS.length - size + 1)
    return EVENTS.slice(first, first + size)
  })
}

/** Writers side by side, each with a new stream, do this many appends each. Resolves to events a second. */
export async function writeCount(appender: Appender, writers: number, size: number, appends: number): Promise<number> {
  const milliseconds = await write(appender, batches(writers, size), async (append, events) => {
    for (let done = 0; done < appends; done++) await append(events)
  })
  return (writers * appends * size) / (milliseconds / 1_000)
}

/** Writers side by side, each with a new stream, append single events for a while. Resolves to the figures of `APPENDS`. */
export async function writeFor(appender: Appender, writers: number, milliseconds: number): Promise<readonly number[]> {
  const durations: number[] = []
  const until = performance.now() + milliseconds
  const taken = await write(appender, batches(writers, 1), async (append, events) => {
    let began = performance.now()
    while (began < until) {
      await append(events)
      const ended = performance.now()
      durations.push(ended - began)
      began = ended
    }
  })
  return [durations.length / (taken / 1_000), quantile(durations, 0.5), quantile(durations, 0.99)]
}

async function write(
  appender: Appender,
  work: readonly (typeof EVENTS)[],
  task: (append: Append, events: typeof EVENTS) => Promise<void>,
): Promise<number> {
  const run = ++runs
  const writers = work.map((_, writer) => appender.writer(`writer-${run}-${writer}`))
  const began = performance.now()
  await Promise.all(writers.map((append, writer) => task(append, work[writer] ?? [])))
  return performance.now() - began
}
