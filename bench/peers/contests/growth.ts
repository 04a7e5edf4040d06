import type { EventStore } from '../../../src/index.ts'
import type { Arena, Competitor, Contest } from '../arena.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { readBy } from '../readers.ts'
import { STREAM_LENGTH, storeEvents, streamName } from '../stored.ts'
import { EVENT_RATE, writeCount } from '../writers.ts'

const SMALL = 100_000

/** Appending and reading with many events stored, and with 100,000. Little is appended, so that the small store stays small. */
export function growth(large: number): Contest {
  const name = `growth-${large}`
  return {
    name,
    async run(arena) {
      const smallDatabase = await arena.newDatabase('growth_small')
      await storeEvents(smallDatabase, SMALL)
      const small = await openStore(smallDatabase)
      const big = await openStore(await arena.stored(large))
      try {
        return await arena.compete(
          name,
          EVENT_RATE,
          [
            appending('append', big),
            appending('append, small', small),
            reading('read', big, large, arena),
            reading('read, small', small, SMALL, arena),
          ],
          { repetitions: arena.size(9, 15) },
        )
      } finally {
        await Promise.all([small.close(), big.close()])
      }
    },
  }
}

function appending(name: string, store: EventStore): Competitor {
  const appender = storeAppender(store)
  return { name, run: async () => [await writeCount(appender, 10, 100, 10)] }
}

function reading(name: string, store: EventStore, stored: number, arena: Arena): Competitor {
  const read = async (n: number) => (await store.read(streamName(n)).toArray()).length
  return { name, run: async () => [await readBy(read, stored / STREAM_LENGTH, arena.size(1_000, 2_000))] }
}
