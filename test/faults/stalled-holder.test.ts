import type { Connection, Submittable } from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent } from '../support/new-events.ts'
import { withClient } from '../support/run-sql.ts'

const database = useDatabase()

/** A COPY whose content never comes. */
class SilentCopy implements Submittable {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  submit(connection: Connection): void {
    connection.query(this.#text)
  }

  handleCopyInResponse(): void {}

  handleError(): void {}

  handleReadyForQuery(): void {}
}

test('a writer whose client stops in the middle of a COPY is ended by those who wait for it', async () => {
  await using store = await freshStore(database.connectionString)
  await store.append('s', newEvent(), { expectedVersion: 'no-stream' })
  await withClient(database.connectionString, async (stopped) => {
    await stopped.query('BEGIN')
    await stopped.query(`SELECT ${store.schema}.lock_store()`)
    stopped.query(new SilentCopy(`COPY ${store.schema}.events FROM STDIN`))
    expect(await store.append('s', newEvent(), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 2 })
  })
})

test('a transaction of a user who takes his time is not ended', async () => {
  await using store = await freshStore(database.connectionString)
  await withClient(database.connectionString, async (client) => {
    await client.query('BEGIN')
    await store.withClient(client).append('s', newEvent(), { expectedVersion: 'no-stream' })
    await expect(store.append('s', newEvent(), { expectedVersion: 1, timeout: 3_500 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    })
    await client.query('COMMIT')
  })
  expect((await store.read('s').toArray()).at(0)).toMatchObject({ position: 1 })
})
