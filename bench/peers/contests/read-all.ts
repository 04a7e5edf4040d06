import type { Contest } from '../arena.ts'
import { PgReader } from '../contenders/pg-reader.ts'
import { openStore } from '../contenders/store.ts'
import { EVENT_RATE } from '../writers.ts'

const EVENTS = 100_000

/** All of `$all`: the store, event by event and in batches, and the driver alone on the same rows. */
export const readAll: Contest = {
  name: 'read-all',
  async run(arena) {
    const connectionString = await arena.stored(EVENTS)
    const store = await openStore(connectionString)
    const pg = new PgReader(connectionString)
    const readers: Readonly<Record<string, () => Promise<number>>> = {
      async store() {
        let read = 0
        for await (const _ of store.read('$all')) read++
        return read
      },
      async 'store, in batches'() {
        let read = 0
        for await (const events of store.read('$all').batches()) read += events.length
        return read
      },
      pg: () => pg.readAll(EVENTS),
    }
    try {
      return await arena.compete(
        'read-all',
        EVENT_RATE,
        Object.entries(readers).map(([name, read]) => ({ name, run: async () => [await rate(read)] })),
      )
    } finally {
      await Promise.all([store.close(), pg.close()])
    }
  },
}

async function rate(read: () => Promise<number>): Promise<number> {
  const began = performance.now()
  const found = await read()
  if (found !== EVENTS) throw new Error(`$all has ${EVENTS} events, and ${found} were read`)
  return EVENTS / ((performance.now() - began) / 1_000)
}
