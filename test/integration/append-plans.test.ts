import { expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()

test('appends look up by index, also in a store whose statistics say that it is small', async () => {
  const store = await freshStore(database.connectionString)
  await store.append('behind', newEvents(10), { expectedVersion: 'no-stream' })
  const tables = ['events', 'streams', 'links']
  await runSql(database.connectionString, `ANALYZE ${tables.map((table) => `${store.schema}.${table}`).join(', ')}`)
  const scans = async () => {
    const sql = `
      SELECT sum(seq_scan)::int AS whole, sum(idx_scan)::int AS by_index
      FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = ANY ($2)`
    const [row] = await runSql<{ whole: number; by_index: number }>(database.connectionString, sql, [
      store.schema,
      tables,
    ])
    return row ?? { whole: Number.NaN, by_index: Number.NaN }
  }
  const before = await scans()
  for (let version = 10; version < 30; version++) {
    await store.append('behind', newEvent(), { expectedVersion: version })
    await store.append('alone', newEvent(), { expectedVersion: 'any' })
    const together = ['a', 'b'].map((stream) => store.append(stream, newEvent(), { expectedVersion: 'any' }))
    await Promise.all(together)
  }
  await store.close() // the server counts what a connection has done when that ends
  await eventually(async () => expect((await scans()).by_index).toBeGreaterThan(before.by_index + 100))
  expect((await scans()).whole - before.whole).toBeLessThan(20) // some are of opening and migrating it
})
