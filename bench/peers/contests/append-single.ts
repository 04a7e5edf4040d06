import type { Contest } from '../arena.ts'
import { openCeiling } from '../contenders/ceiling-table.ts'
import { inserter } from '../contenders/insert.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { APPENDS, writeFor } from '../writers.ts'

/** Single events: the store, Emmett, and one client's INSERTs of both kinds, however many the writers are. */
export function appendSingle(writers: number): Contest {
  const name = `append-single-${writers}`
  return {
    name,
    async run(arena) {
      const milliseconds = arena.size(600, 2_000)
      const store = storeAppender(await openStore(await arena.newDatabase('single_store')))
      const emmett = await arena.openEmmett?.(await arena.newDatabase('single_emmett'))
      const inserters = [
        inserter(await openCeiling(await arena.newDatabase('single_insert'))),
        inserter(await openCeiling(await arena.newDatabase('single_insert_alone')), { alone: true }),
      ]
      const appenders = [store, ...(emmett ? [emmett] : []), ...inserters]
      try {
        return await arena.compete(
          name,
          APPENDS,
          appenders.map((appender) => ({
            name: appender.name,
            run: () => writeFor(appender, inserters.includes(appender) ? 1 : writers, milliseconds),
          })),
          { repetitions: arena.size(5, 9) },
        )
      } finally {
        await Promise.all(appenders.map((appender) => appender.close()))
      }
    },
  }
}
