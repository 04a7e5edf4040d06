import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { EventStore } from '../../../src/index.ts'
import { now } from '../../harness/clock.ts'
import { quantile } from '../../harness/statistics.ts'
import { newEvent } from '../../workload.ts'
import type { Contest, Figure } from '../arena.ts'
import { openStore } from '../contenders/store.ts'
import { Receipts } from '../receipts.ts'

const WORKER = fileURLToPath(new URL('../workers/receiver.ts', import.meta.url))

/** Milliseconds. */
const APART = 10

const FIGURES: readonly Figure[] = [
  { label: 'p50', unit: 'ms', better: 'less' },
  { label: 'p99', unit: 'ms', better: 'less' },
  { label: 'append p50', unit: 'ms', better: 'less' },
]

/**
 * From the return of an append to the receipt of its event by somebody who follows `$all`, here or in another process. Each append
 * after the receipt of the one before: at once, or a while later, when nothing is still being told of that one.
 */
export function receipt(where: 'same process' | 'another process'): Contest {
  const name = where === 'same process' ? 'receipt-same-process' : 'receipt-another-process'
  return {
    name,
    async run(arena) {
      const connectionString = await arena.newDatabase(name.replaceAll('-', '_'))
      await using store = await openStore(connectionString)
      const receipts = new Receipts()
      const follow = where === 'same process' ? followHere : followElsewhere
      const end = follow(store, connectionString, receipts)
      try {
        const appends = arena.size(200, 500)
        return await arena.compete(name, FIGURES, [
          { name: 'at once', run: () => measure(store, receipts, appends, 0) },
          { name: 'apart', run: () => measure(store, receipts, appends, APART) },
        ])
      } finally {
        await end()
      }
    },
  }
}

async function measure(
  store: EventStore,
  receipts: Receipts,
  appends: number,
  pause: number,
): Promise<readonly number[]> {
  const durations: number[] = []
  const delays: number[] = []
  for (let n = 0; n < appends; n++) {
    if (pause > 0) await sleep(pause)
    const began = now()
    const { position } = await store.append('letters', newEvent(n), { expectedVersion: 'any' })
    const returned = now()
    durations.push(returned - began)
    delays.push((await receipts.of(position)) - returned)
  }
  return [quantile(delays, 0.5), quantile(delays, 0.99), quantile(durations, 0.5)]
}

/** From the start, so that nothing is missed whenever the follower is ready. Returns how to end it. */
function followHere(store: EventStore, _: string, receipts: Receipts): () => Promise<void> {
  const ending = new AbortController()
  const ended = (async () => {
    try {
      for await (const { position } of store.follow('$all', { after: 'start', signal: ending.signal })) {
        receipts.received(position, now())
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error
    }
  })()
  ended.catch((error) => receipts.fail(error))
  return async () => {
    ending.abort()
    await ended
  }
}

function followElsewhere(_: EventStore, connectionString: string, receipts: Receipts): () => Promise<void> {
  const child = fork(WORKER, [connectionString])
  const ended = once(child, 'exit')
  child.on('message', ({ position, at }: { position: number; at: number }) => receipts.received(position, at))
  child.once('exit', () => receipts.fail(new Error('the process that follows ended by itself')))
  return async () => {
    if (child.connected) child.disconnect()
    await ended
  }
}
