import { Pool } from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents } from '../support/new-events.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()
const RESTRICT_VIOLATION = '23001'

beforeAll(async () => {
  await using store = openStore()
  await store.append('s', newEvents(3), { expectedVersion: 'no-stream' })
  await store.link('target', await store.read('s').toArray(), { expectedVersion: 'no-stream' })
})

function openStore(): EventStore {
  return new EventStore({ connectionString: database.connectionString, enableHardDeletes: true })
}

const FORBIDDEN = [
  ["UPDATE eventstore.events SET event_type = 'Forged'", 'cannot update events'],
  ['DELETE FROM eventstore.events', 'cannot delete events'],
  ['TRUNCATE eventstore.events', 'cannot truncate events'],
  ['UPDATE eventstore.links SET position = position', 'cannot update links'],
  ['DELETE FROM eventstore.links', 'cannot delete links'],
  ['TRUNCATE eventstore.links', 'cannot truncate links'],
  ['DELETE FROM eventstore.streams', 'cannot delete streams'],
  ['TRUNCATE eventstore.streams', 'cannot truncate streams'],
] as const

describe('the tables refuse', () => {
  test.each(FORBIDDEN)('%s', async (statement, message) => {
    const error = await rejection(runSql(database.connectionString, statement))
    expect(error).toMatchObject({ code: RESTRICT_VIOLATION, message: `EventStore: ${message}` })
  })

  test.each(FORBIDDEN)('%s, even when no row is concerned', async (statement, message) => {
    const concerning = statement.startsWith('TRUNCATE') ? statement : `${statement} WHERE false`
    const error = await rejection(runSql(database.connectionString, concerning))
    expect(error).toMatchObject({ message: `EventStore: ${message}` })
  })

  test.each(['off', 'true', 'ON', ''])('deletes when hard deletes are set to %j', async (value) => {
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await client.query("SELECT set_config('eventstore.enable_hard_deletes', $1, true)", [value])
      expect(await rejection(client.query('DELETE FROM eventstore.events'))).toMatchObject({ code: RESTRICT_VIOLATION })
      await client.query('ROLLBACK')
    })
  })
})

describe('a transaction that enables hard deletes', () => {
  test.each(FORBIDDEN)('may %s', async (statement) => {
    await withClient(database.connectionString, async (client) => {
      await client.query("BEGIN; SET LOCAL eventstore.enable_hard_deletes = 'on'")
      await client.query(statement)
      await client.query('ROLLBACK')
    })
  })

  test('enables them for itself only', async () => {
    await withClient(database.connectionString, async (client) => {
      for (const end of ['COMMIT', 'ROLLBACK']) {
        await client.query("BEGIN; SET LOCAL eventstore.enable_hard_deletes = 'on'")
        await client.query(end)
        expect(await rejection(client.query('DELETE FROM eventstore.events'))).toMatchObject({
          code: RESTRICT_VIOLATION,
        })
      }
    })
  })
})

describe('after a hard delete', () => {
  test('the connection in the pool may delete nothing', async () => {
    const pool = new Pool({ connectionString: database.connectionString, max: 1 })
    try {
      await using store = new EventStore({ pool, enableHardDeletes: true })
      const pidBefore = await pidOf(pool)
      await store.append('gone', newEvents(3), { expectedVersion: 'no-stream' })
      await store.deleteStream('gone', { expectedVersion: 3, mode: 'hard' })
      expect(await pidOf(pool)).toBe(pidBefore)
      const client = await pool.connect()
      for (const [statement] of FORBIDDEN) {
        expect(await rejection(client.query(statement))).toMatchObject({ code: RESTRICT_VIOLATION })
      }
      client.release()
    } finally {
      await pool.end()
    }
  })

  test('the transaction of the caller in which it was may delete nothing else', async () => {
    await using store = openStore()
    await store.append('gone', newEvents(3), { expectedVersion: 'no-stream' })
    await withClient(database.connectionString, async (client) => {
      await client.query('BEGIN')
      await store.withClient(client).deleteStream('gone', { expectedVersion: 3, mode: 'hard' })
      expect(await rejection(client.query('DELETE FROM eventstore.events'))).toMatchObject({ code: RESTRICT_VIOLATION })
      await client.query('ROLLBACK')
    })
  })

  test('what was there before is there', async () => {
    await using store = openStore()
    expect(await store.read('s').toArray()).toHaveLength(3)
    expect(await store.read('target').toArray()).toHaveLength(3)
  })
})

async function pidOf(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return rows[0]?.pid
}
