import { Pool, type PoolClient } from 'pg'
import { expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'

const database = useDatabase()

/** What looks ids up, and nothing else. */
const LOOK = /WHERE e\.event_id = i\.event_id/

test('an append that is stored is not refused because the look for another one of its group was cancelled', async () => {
  const pool = new Pool({ connectionString: database.connectionString, max: 2 })
  pool.on('error', () => {})
  let cancelled = 0
  const cancelling = (client: PoolClient) =>
    new Proxy(client, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        if (property !== 'query') return value.bind(target)
        return (query: { readonly text?: string }, ...rest: readonly unknown[]) => {
          if (!LOOK.test(query.text ?? '')) return Reflect.apply(value, target, [query, ...rest])
          cancelled++
          return Promise.reject(Object.assign(new Error('canceling statement due to user request'), { code: '57014' }))
        }
      },
    })
  const borrowed = { query: pool.query.bind(pool), connect: async () => cancelling(await pool.connect()) }
  await using store = new EventStore({ pool: borrowed, connectionString: database.connectionString })
  await store.append('s', { type: 'A', data: 1 }, { expectedVersion: 'any' })

  const id = crypto.randomUUID()
  const results = await Promise.allSettled([
    store.append('good', { type: 'A', data: 1 }, { expectedVersion: 'any' }),
    store.append('s', { type: 'A', data: 1, id }, { expectedVersion: 7 }),
  ])
  expect(cancelled).toBe(1)
  expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'DATABASE' } }])
  expect((await store.read('$all').toArray()).map(({ streamName }) => streamName)).toEqual(['s', 'good'])
  await store.close()
  await pool.end()
})
