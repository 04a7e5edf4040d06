import { describe, expect, test } from 'vitest'
import { type Diagnostic, TimeoutError } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, range } from '../support/new-events.ts'
import { startTransactionPooler } from '../support/pooler.ts'
import {
  followsAndSubscribes,
  pollsWithoutSessions,
  storesAndReads,
  survives,
  usePooler,
} from '../support/pooler-behaviours.ts'
import { receive } from '../support/received.ts'
import { countWaiting, runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()
const place = usePooler(database, startTransactionPooler)

describe('through a pooler in transaction mode', () => {
  storesAndReads(place)
  pollsWithoutSessions(place)

  test('a follower that polls leaves no lock behind, by which every append would notify nobody', async () => {
    const { url } = place.pooler()
    const diagnostics: Diagnostic[] = []
    await using store = await freshStore(url, { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) })
    await using _following = receive(store.follow('$all'))
    await eventually(() => expect(diagnostics.map(({ type }) => type)).toContain('polling'))
    const locks = await runSql(
      database.connectionString,
      `SELECT FROM pg_locks
       WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND classid = '${store.schema}.migrations'::regclass::oid`,
    )
    expect(locks).toEqual([])
  })

  test('statements that were prepared elsewhere are given up after the first, and nothing is stored twice', async () => {
    const { url, prepared, sqlStates } = place.pooler()
    await using store = await freshStore(url, { poolSize: 1 })
    const [before, errors] = [prepared.length, sqlStates.length]
    for (const n of range(1, 20)) await store.append('s', newEvent(n), { expectedVersion: n - 1 })
    expect(['26000', '42P05']).toContain(sqlStates.slice(errors).at(0))
    expect(sqlStates.length - errors).toBeLessThanOrEqual(2) // what was on its way by then may find out for itself
    expect(prepared.length - before).toBeGreaterThan(0)
    expect(await store.read('$all').toArray()).toHaveLength(20)
  })
})

describe('through a pooler in transaction mode, with sessionConnectionString', () => {
  const direct = () => database.connectionString
  followsAndSubscribes(place, direct)
  survives(place, direct)

  test('who cancels what has timed out waits until that is done: PgBouncer 1.18 dies of one who does not', async () => {
    const { url, cancels } = place.pooler()
    const before = cancels.waited + cancels.gone
    await using store = await freshStore(url, { sessionConnectionString: direct() })
    await withClient(direct(), async (client) => {
      await client.query(`BEGIN; LOCK TABLE ${store.schema}.events IN ACCESS EXCLUSIVE MODE`)
      expect(await rejection(store.read('$all', { timeout: 100 }).toArray())).toBeInstanceOf(TimeoutError)
      await eventually(() => expect(cancels.waited + cancels.gone).toBeGreaterThan(before))
      expect(cancels.gone).toBe(0)
      expect(await countWaiting(direct())).toBe(0)
    })
  })

  test('no statement is prepared, and the server has nothing to refuse', async () => {
    const { url, prepared, sqlStates } = place.pooler()
    const [before, errors] = [prepared.length, sqlStates.length]
    await using store = await freshStore(url, { sessionConnectionString: direct() })
    for (const n of range(1, 20)) await store.append('s', newEvent(n), { expectedVersion: n - 1 })
    await store.close()
    expect(prepared.slice(before)).toEqual([])
    expect(sqlStates.slice(errors)).toEqual([])
  })
})
