import type { EventStore } from '../../src/index.ts'
import { now, rate } from '../harness/clock.ts'
import { type Case, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { formatCount } from '../harness/text.ts'
import { openStore, STREAM_LENGTH, type SuiteContext, seed, seededStream } from './suite.ts'

/** How fast a stream and `$all` are read. */
export async function read(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  await using own = await openStore(context, 'read')
  const { store } = own
  const count = sizes.storedEvents
  await seed(context, store, count)
  const streams = sizes.concurrency.map((readers) => wholeStreams(store, readers, sizes.duration, count))
  const all = [
    allOf('iterated', count, async () => {
      let found = 0
      for await (const _ of store.read('$all')) found++
      return found
    }),
    allOf('in batches', count, async () => {
      let found = 0
      for await (const batch of store.read('$all').batches()) found += batch.length
      return found
    }),
    allOf('iterated backwards', count, async () => {
      let found = 0
      for await (const _ of store.read('$all', { direction: 'backwards' })) found++
      return found
    }),
  ]
  return [
    ...(await measure('read', streams, { ...sizes, progress })),
    ...(await measure('read', all, { ...sizes, progress })),
  ]
}

/** Readers side by side, each of which reads one stream after the other. */
function wholeStreams(store: EventStore, readers: number, milliseconds: number, stored: number): Case {
  return {
    figures: [
      {
        name: `a stream of ${STREAM_LENGTH}, ${readers === 1 ? '1 reader' : `${readers} readers`}`,
        unit: 'events/s',
      },
    ],
    async run() {
      const began = now()
      let ended = began
      let events = 0
      let next = 0
      async function work(): Promise<void> {
        while (ended - began < milliseconds) {
          const stream = seededStream(next++ % (stored / STREAM_LENGTH))
          const found = await store.read(stream).toArray()
          events += found.length
          ended = now()
        }
      }
      await Promise.all(Array.from({ length: readers }, work))
      return [rate(events, ended - began)]
    },
  }
}

function allOf(how: string, count: number, readAll: () => Promise<number>): Case {
  return {
    figures: [{ name: `$all of ${formatCount(count)}, ${how}`, unit: 'events/s' }],
    async run() {
      const began = now()
      const found = await readAll()
      if (found !== count) throw new Error(`Expected ${count} events in $all, found ${found}`)
      return [rate(count, now() - began)]
    },
  }
}
