import type { Contest } from '../arena.ts'
import { connect } from '../contenders/driver.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { APPENDS, writeFor } from '../writers.ts'

/**
 * Single events of one writer, whose transactions are the most a second, so that what each leaves behind would be felt the most:
 * after some seconds of them in which a transaction elsewhere kept its snapshot open, and without one.
 */
export function openTransaction(seconds: number): Contest {
  const name = `open-transaction-${seconds}`
  return {
    name,
    async run(arena) {
      const connectionString = await arena.newDatabase('open_transaction')
      const store = storeAppender(await openStore(connectionString))
      const client = await connect(connectionString)
      const run = () => writeFor(store, 1, arena.size(1_000, 5_000))
      try {
        return await arena.compete(
          name,
          APPENDS,
          [
            {
              name: 'transaction open',
              async prepare() {
                await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
                await client.query('SELECT count(*) FROM eventstore.streams') // takes the snapshot
                await writeFor(store, 1, seconds * 1_000)
              },
              async run() {
                const figures = await run()
                await client.query('COMMIT')
                return figures
              },
            },
            { name: 'none open', prepare: async () => void (await writeFor(store, 1, arena.size(1_000, 5_000))), run },
          ],
          { warmUps: 0, repetitions: arena.size(3, 5) },
        )
      } finally {
        await client.end()
        await store.close()
      }
    },
  }
}
