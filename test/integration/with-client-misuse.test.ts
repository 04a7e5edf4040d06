import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { useDatabase } from '../support/database.ts'

const database = useDatabase()

describe('withClient', () => {
  test('refuses a pool, and a client without an open transaction, and stores nothing', async () => {
    const { connectionString } = database
    await using store = new EventStore({ connectionString })
    const pool = new pg.Pool({ connectionString })
    const client = await pool.connect()
    try {
      const event = { type: 'Happened', data: 1 }
      for (const outside of [pool, client]) {
        const append = store.withClient(outside).append('outside', event, { expectedVersion: 'any' })
        await expect(append).rejects.toThrow(/inside a transaction.*BEGIN first/)
      }
      await expect(store.getStream('outside')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
      await client.query('BEGIN')
      await store.withClient(client).append('inside', event, { expectedVersion: 'any' })
      await client.query('COMMIT')
      expect(await store.getStream('inside')).toMatchObject({ version: 1 })
    } finally {
      client.release()
      await pool.end()
    }
  })

  test('runs operations that are started together one after the other, so that a repetition is found', async () => {
    const { connectionString } = database
    await using store = new EventStore({ connectionString })
    const client = new pg.Client({ connectionString })
    await client.connect()
    try {
      await client.query('BEGIN')
      const within = store.withClient(client)
      const append = () => within.append('twice', { id, type: 'Happened', data: 1 }, { expectedVersion: 0 })
      const id = uuidv7()
      const results = await Promise.all([
        append(),
        append(),
        within.append('other', { type: 'T', data: 2 }, { expectedVersion: 0 }),
      ])
      expect(results[1]).toEqual(results[0])
      await client.query('COMMIT')
      expect(await store.read('twice').toArray()).toHaveLength(1)
      expect(await store.read('other').toArray()).toHaveLength(1)
    } finally {
      await client.end()
    }
  })
})
