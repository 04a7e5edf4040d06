import { now, rate } from '../harness/clock.ts'
import { type Case, type Figure, measure } from '../harness/measure.ts'
import type { Measurement } from '../harness/report.ts'
import { formatCount } from '../harness/text.ts'
import { type OwnStore, openStore, STREAM_LENGTH, type SuiteContext, seed, seededStream } from './suite.ts'
import { write } from './writers.ts'

/** A store that has been filled. */
interface Filled {
  readonly own: OwnStore
  readonly stored: number
  /** Names what is measured there, in relation to the least filled store. */
  readonly figure: (name: string, unit: Figure['unit']) => Figure
}

const BATCH_WRITERS = 10
/** So few in a run that the stores stay about as full as they were: 5,000 events in batches, and 100 single ones. */
const BATCHES = 5
const SINGLE_EVENTS = 100
const STREAMS = 100

/** What becomes slower as events are stored: the same work in stores that are filled differently, in turns. */
export async function growth(context: SuiteContext): Promise<readonly Measurement[]> {
  const { sizes, progress } = context
  const filled: Filled[] = []
  try {
    for (const stored of sizes.growth) {
      const own = await openStore(context, `growth_${stored}`)
      filled.push({
        own,
        stored,
        figure: (name, unit) => relativeFigure(name, unit, stored, sizes.growth[0] ?? stored),
      })
      await seed(context, own.store, stored)
    }
    const measured: Measurement[] = []
    for (const kind of [singleEvents, batches, streams, end(sizes.lastEvents)]) {
      measured.push(...(await measure('growth', filled.map(kind), { ...sizes, progress })))
    }
    return measured
  } finally {
    for (const { own } of filled) await own[Symbol.asyncDispose]()
  }
}

function relativeFigure(name: string, unit: Figure['unit'], stored: number, least: number): Figure {
  const inStore = (count: number) => `${name}, ${formatCount(count)} stored`
  return { name: inStore(stored), unit, ...(stored === least ? {} : { comparedTo: inStore(least) }) }
}

function singleEvents({ own, figure }: Filled): Case {
  return {
    figures: [figure('single events, 1 writer', 'appends/s')],
    async run() {
      const options = { writers: 1, batchSize: 1, until: { appends: SINGLE_EVENTS } }
      const { appends, began, ended } = await write(own.store, options)
      return [rate(appends, ended - began)]
    },
  }
}

function batches({ own, figure }: Filled): Case {
  return {
    figures: [figure(`batches of 100, ${BATCH_WRITERS} writers`, 'events/s')],
    async run() {
      const options = { writers: BATCH_WRITERS, batchSize: 100, until: { appends: BATCHES } }
      const { events, began, ended } = await write(own.store, options)
      return [rate(events, ended - began)]
    },
  }
}

/** Streams from all over the store, so that not all of them are in the server's memory. */
function streams({ own, stored, figure }: Filled): Case {
  let next = 0
  return {
    figures: [figure(`a stream of ${STREAM_LENGTH}`, 'events/s')],
    async run() {
      const began = now()
      let events = 0
      for (let n = 0; n < STREAMS; n++) {
        next = (next + 7_919) % (stored / STREAM_LENGTH)
        events += (await own.store.read(seededStream(next)).toArray()).length
      }
      return [rate(events, now() - began)]
    },
  }
}

function end(count: number): (filled: Filled) => Case {
  return ({ own, figure }) => ({
    figures: [figure(`the last ${formatCount(count)} of $all`, 'events/s')],
    async run() {
      const { version } = await own.store.getStream('$all')
      const began = now()
      const events = await own.store.read('$all', { from: Math.max(1, version - count + 1) }).toArray()
      return [rate(events.length, now() - began)]
    },
  })
}
