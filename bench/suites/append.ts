import { randomUUID } from 'node:crypto'
import type { EventStore } from '../../src/index.ts'
import { BenchProcess } from '../harness/bench-process.ts'
import { now, rate } from '../harness/clock.ts'
import { type Case, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { quantile } from '../harness/statistics.ts'
import { formatCount } from '../harness/text.ts'
import { newEvents } from '../workload.ts'
import { openStore, type SuiteContext } from './suite.ts'
import { write } from './writers.ts'

const BATCH = 100

/** How fast events are appended: in batches, one by one, in one large call, and by two processes. */
export async function append(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'append')
  await using first = new BenchProcess(own.connectionString)
  await using second = new BenchProcess(own.connectionString)
  const processes = [first, second]
  progress.begin('starting two more processes')
  await Promise.all(processes.map((one) => one.call('ready', {})))
  const { store } = own
  const { duration, concurrency, singleWriters, writersPerProcess, largeAppend } = sizes
  const inBatches = [
    ...concurrency.map((writers) => batches(store, writers, duration)),
    together(processes, writersPerProcess.batches, BATCH, duration),
    inOneCall(store, largeAppend),
  ]
  const oneByOne = [
    ...singleWriters.map((writers) => singleEvents(store, writers, duration)),
    together(processes, writersPerProcess.single, 1, duration),
  ]
  return [
    ...(await measure('append', inBatches, { ...sizes, progress })),
    ...(await measure('append', oneByOne, { ...sizes, progress })),
  ]
}

function batches(store: EventStore, writers: number, milliseconds: number): Case {
  return {
    figures: [{ name: `batches of ${BATCH}, ${plural(writers)}`, unit: 'events/s' }],
    async run() {
      const { events, began, ended } = await write(store, { writers, batchSize: BATCH, until: { milliseconds } })
      return [rate(events, ended - began)]
    },
  }
}

function singleEvents(store: EventStore, writers: number, milliseconds: number): Case {
  const name = `single events, ${plural(writers)}`
  return {
    figures: [
      { name, unit: 'appends/s' },
      { name: `${name}, p50`, unit: 'ms' },
      { name: `${name}, p99`, unit: 'ms' },
    ],
    async run() {
      const { appends, began, ended, latencies } = await write(store, {
        writers,
        batchSize: 1,
        until: { milliseconds },
      })
      return [rate(appends, ended - began), quantile(latencies, 0.5), quantile(latencies, 0.99)]
    },
  }
}

function inOneCall(store: EventStore, count: number): Case {
  const events = newEvents(count)
  return {
    figures: [{ name: `${formatCount(count)} events in one call`, unit: 'events/s' }],
    async run() {
      const began = now()
      await store.append(randomUUID(), events, { expectedVersion: 'no-stream' })
      return [rate(count, now() - began)]
    },
  }
}

/** Processes that append at the same time: from the first one's beginning to the last one's end. */
function together(processes: readonly BenchProcess[], writers: number, batchSize: number, milliseconds: number): Case {
  const what = batchSize === 1 ? 'single events' : `batches of ${batchSize}`
  return {
    figures: [
      {
        name: `${what}, ${processes.length} processes of ${plural(writers)}`,
        unit: batchSize === 1 ? 'appends/s' : 'events/s',
      },
    ],
    async run() {
      const options = { writers, batchSize, until: { milliseconds } }
      const written = await Promise.all(processes.map((one) => one.call('write', options)))
      const began = Math.min(...written.map((one) => one.began))
      const ended = Math.max(...written.map((one) => one.ended))
      return [
        rate(
          written.reduce((total, { events }) => total + events, 0),
          ended - began,
        ),
      ]
    },
  }
}

function plural(writers: number): string {
  return writers === 1 ? '1 writer' : `${writers} writers`
}
