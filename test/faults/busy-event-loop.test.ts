import { setImmediate } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { Session } from '../../src/postgres/session.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent } from '../support/new-events.ts'

const database = useDatabase()
const TIMEOUT = 100

async function withSession(task: (session: Session) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: database.connectionString })
  await client.connect()
  const session = new Session(client)
  await task(session).finally(() => session.close())
}

/** As a handler does that computes for long. */
function keepBusy(): void {
  for (const until = performance.now() + 3 * TIMEOUT; performance.now() < until; );
}

test('an answer that comes in time counts, though a handler keeps the event loop busy until later', () =>
  withSession(async (session) => {
    const answer = session.query({ text: "SELECT 'in time' AS answer" }, TIMEOUT)
    keepBusy()
    expect(await answer).toEqual([{ answer: 'in time' }])
  }))

test('an append or a read that was answered in time is done, though the event loop was busy until later', async () => {
  await using store = await freshStore(database.connectionString)
  await store.append('s', newEvent(), { expectedVersion: 0 })
  const append = store.append('s', newEvent(), { expectedVersion: 1, timeout: TIMEOUT })
  await setImmediate() // it is sent
  keepBusy()
  expect(await append).toMatchObject({ streamVersion: 2 })
  const read = store.read('s', { timeout: TIMEOUT }).toArray()
  await setImmediate()
  keepBusy()
  expect(await read).toHaveLength(2)
})

test('no answer in time loses the session', () =>
  withSession(async (session) => {
    for (const text of ['SELECT pg_sleep(1)::text', 'SELECT 1']) {
      await expect(session.query({ text }, TIMEOUT)).rejects.toMatchObject({ code: 'TIMEOUT' })
    }
  }))
