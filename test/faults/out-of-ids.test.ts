import { Pool, type PoolClient } from 'pg'
import { expect, test } from 'vitest'
import { EventStore, type Queryable } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent, range } from '../support/new-events.ts'
import { receive } from '../support/received.ts'
import { settled } from '../support/settled.ts'

const database = useDatabase()

/** What a server says that has to be vacuumed before it gives another transaction an id: by the SQLSTATE of a row that is too large. */
function outOfIds(): Error {
  const message = 'database is not accepting commands that assign new transaction IDs to avoid wraparound data loss'
  return Object.assign(new Error(message), { code: '54000', routine: 'GetNewTransactionId' })
}

/** A pool whose server refuses whatever writes, while it is told to. */
function refusingPool(pool: Pool, refuses: () => boolean) {
  const wrap = (client: PoolClient): Queryable & { release(error?: Error | boolean): void } => ({
    query: (statement) =>
      refuses() && /append|INSERT|UPDATE|notify/.test(statement.text)
        ? Promise.reject(outOfIds())
        : client.query(statement),
    release: (error) => client.release(error),
  })
  const { options } = pool
  return { options, query: pool.query.bind(pool), connect: async () => wrap(await pool.connect()) }
}

test('a server that is out of transaction ids is no fault of the events, and all go on when it was vacuumed', async () => {
  const pool = new Pool({ connectionString: database.connectionString, max: 4 }).on('error', () => {})
  let refusing = true
  {
    await using store = new EventStore({ pool: refusingPool(pool, () => refusing), onDiagnostic: () => {} })
    const subscription = store.subscribe('s', 's')
    const subscriber = subscription.connect()
    const delivered = receive(subscriber, (event) => subscriber.ack(event))
    const append = (n: number) => store.append('s', newEvent(n), { expectedVersion: 'any' })
    const { errors } = await settled(range(1, 3).map(append))
    expect(errors).toMatchObject(range(1, 3).map(() => ({ code: 'DATABASE', sqlState: '54000' })))
    refusing = false
    expect((await settled(range(1, 3).map(append))).errors).toEqual([])
    await delivered.until(3)
  }
  await pool.end()
})
