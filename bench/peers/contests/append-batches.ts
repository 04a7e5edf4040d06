import type { Arena, Competitor, Contest } from '../arena.ts'
import { openCeiling } from '../contenders/ceiling-table.ts'
import { Copier } from '../contenders/copy.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { batches, EVENT_RATE, writeCount } from '../writers.ts'

const SIZE = 100

/** Batches of 100 events: the store, Emmett and, for groups of what all writers append at once, COPY. */
export function appendBatches(writers: number): Contest {
  const name = `append-batches-${writers}`
  return {
    name,
    async run(arena) {
      const appends = writers === 1 ? arena.size(100, 400) : arena.size(8, 20)
      const appenders = [storeAppender(await openStore(await arena.newDatabase('batches_store')))]
      const emmett = await arena.openEmmett?.(await arena.newDatabase('batches_emmett'))
      if (emmett) appenders.push(emmett)
      const copy = await openCopier(arena, writers, appends)
      try {
        return await arena.compete(name, EVENT_RATE, [
          ...appenders.map((appender) => ({
            name: appender.name,
            run: async () => [await writeCount(appender, writers, SIZE, appends)],
          })),
          copy,
        ])
      } finally {
        await Promise.all([...appenders, copy].map((contender) => contender.close()))
      }
    },
  }
}

/** Groups of what all writers append at once. */
async function openCopier(
  arena: Arena,
  writers: number,
  groups: number,
): Promise<Competitor & { close(): Promise<void> }> {
  const client = await openCeiling(await arena.newDatabase('batches_copy'))
  const copier = new Copier(client)
  const events = batches(writers, SIZE).flat()
  return {
    name: 'COPY',
    async run() {
      const began = performance.now()
      for (let group = 0; group < groups; group++) await copier.copy(events, SIZE)
      return [(groups * events.length) / ((performance.now() - began) / 1_000)]
    },
    close: () => client.end(),
  }
}
