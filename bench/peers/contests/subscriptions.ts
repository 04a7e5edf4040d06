import type { EventStore, EventTypes, RecordedEvent, Subscription } from '../../../src/index.ts'
import { quantile } from '../../harness/statistics.ts'
import { newEvents } from '../../workload.ts'
import type { Contest, Figure } from '../arena.ts'
import { openStore } from '../contenders/store.ts'

const EVENTS = 100
/** A few milliseconds by themselves would mostly measure what the checkpoint before a run leaves to be written. */
const TIMES = 15
const FIGURES: readonly Figure[] = [{ label: '', unit: 'ms', better: 'less' }]

let streams = 0

/** Live subscriptions of one stream, default options: from an append of 100 events until all have acknowledged all of them. */
export function subscriptions(count: number): Contest {
  const name = `subscriptions-${count}`
  return {
    name,
    async run(arena) {
      await using store = await openStore(await arena.newDatabase(name.replaceAll('-', '_')))
      const run = async () => {
        const times: number[] = []
        for (let time = 0; time < TIMES; time++) times.push(await measure(store, count))
        return [quantile(times, 0.5)]
      }
      return await arena.compete(name, FIGURES, [{ name: 'store', run }])
    },
  }
}

async function measure(store: EventStore, count: number): Promise<number> {
  const stream = `watched-${++streams}`
  const all = Array.from({ length: count }, (_, n) => store.subscribe(stream, `subscription-${n}`))
  let left = count
  let running: readonly Promise<void>[] = []
  const handled = new Promise<void>((resolve, reject) => {
    const handle = ({ eventNumber }: RecordedEvent) => {
      if (eventNumber === EVENTS && --left === 0) resolve()
    }
    running = all.map((subscription) => subscription.run(handle))
    for (const run of running) run.catch(reject)
  })
  await Promise.all(all.map(live))
  const events = newEvents(EVENTS)
  const began = performance.now()
  await store.append(stream, events, { expectedVersion: 0 })
  await handled
  while (all.some(({ checkpoint }) => checkpoint < EVENTS)) await new Promise(setImmediate)
  const taken = performance.now() - began
  await Promise.all(all.map((subscription) => subscription.close()))
  await Promise.all(running)
  return taken
}

async function live(subscription: Subscription<EventTypes>): Promise<void> {
  await subscription.acquired()
  while (subscription.state !== 'live') await new Promise(setImmediate)
}
