import type { Contest } from '../arena.ts'
import { openCeiling } from '../contenders/ceiling-table.ts'
import { inserter } from '../contenders/insert.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { APPENDS, writeFor } from '../writers.ts'

/** Single events: the store, Emmett, and one client's INSERTs, however many the writers are. */
export function appendSingle(writers: number): Contest {
  const name = `append-single-${writers}`
  return {
    name,
    async run(arena) {
      const milliseconds = arena.size(600, 2_000)
      const store = storeAppender(await openStore(await arena.newDatabase('single_store')))
      const emmett = await arena.openEmmett?.(await arena.newDatabase('single_emmett'))
      const insert = inserter(await openCeiling(await arena.newDatabase('single_insert')))
      const appenders = [store, ...(emmett ? [emmett] : []), insert]
      try {
        return await arena.compete(
          name,
          APPENDS,
          appenders.map((appender) => ({
            name: appender.name,
            run: () => writeFor(appender, appender === insert ? 1 : writers, milliseconds),
          })),
          { repetitions: arena.size(5, 9) },
        )
      } finally {
        await Promise.all(appenders.map((appender) => appender.close()))
      }
    },
  }
}
