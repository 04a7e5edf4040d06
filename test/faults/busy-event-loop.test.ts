import { setImmediate } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { Session } from '../../src/postgres/session.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
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

/** As a handler does that computes for long; but the server may use the processor meanwhile. */
function keepBusy(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * TIMEOUT)
}

test('an answer that comes in time counts, though a handler keeps the event loop busy until later', () =>
  withSession(async (session) => {
    const answer = session.query({ text: "SELECT 'in time' AS answer" }, TIMEOUT)
    keepBusy()
    expect(await answer).toEqual([{ answer: 'in time' }])
  }))

test('an append or a read that was answered in time is done, though the event loop was busy until later', async () => {
  await using store = await freshStore(database.connectionString)
  // When a connection had to be opened first, or the server was busy with others, it was not answered in time.
  await eventually(async () => {
    const { version } = await store.getStream('$all')
    const append = store.append('s', newEvent(), { expectedVersion: version, timeout: TIMEOUT })
    await setImmediate() // it is sent
    keepBusy()
    expect(await append).toMatchObject({ streamVersion: version + 1 })
  })
  await eventually(async () => {
    const read = store.read('s', { limit: 1, timeout: TIMEOUT }).toArray()
    await setImmediate()
    keepBusy()
    expect(await read).toHaveLength(1)
  })
})

test('no answer in time loses the session', () =>
  withSession(async (session) => {
    for (const text of ['SELECT pg_sleep(1)::text', 'SELECT 1']) {
      await expect(session.query({ text }, TIMEOUT)).rejects.toMatchObject({ code: 'TIMEOUT' })
    }
  }))
