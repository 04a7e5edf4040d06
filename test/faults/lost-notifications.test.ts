import { describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvents } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()

/** Stores an event as a process does that is killed before it has told anybody. Resolves to the event's id. */
async function appendSilently(schema: string, stream: string): Promise<string> {
  const id = crypto.randomUUID()
  await runSql(
    database.connectionString,
    `SELECT ${schema}.append_to_stream($1, 'any', NULL, ARRAY[$2::uuid], NULL, NULL, '{Silent}', '{"{}"}', '{"{}"}')`,
    [stream, id],
  )
  return id
}

async function linkSilently(schema: string, stream: string, id: string): Promise<void> {
  await runSql(database.connectionString, `SELECT * FROM ${schema}.link_events($1, 'any', $2, NULL)`, [
    stream,
    JSON.stringify([id]),
  ])
}

describe('an append that nobody tells of, as its process is killed between COMMIT and NOTIFY', () => {
  test('delays followers and subscriptions, of links too, by about one second at most', async () => {
    await using fresh = await freshStore(database.connectionString)
    const { schema } = fresh
    await using store = new EventStore({ connectionString: database.connectionString, schema })
    await fresh.append('s', newEvents(1), { expectedVersion: 'no-stream' })
    const streams = ['$all', 's', 'links', 'new']
    const followers = streams.map((stream) => receive(store.follow(stream, { after: 'start' })))
    const subscribers = streams.map((stream) => {
      const subscriber = store.subscribe(stream, 'silent').connect()
      return receive(subscriber, (event) => subscriber.ack(event))
    })
    const all = [...followers, ...subscribers]
    const counts = () => all.map(({ items }) => items.length)
    await eventually(() => expect(counts()).toEqual([1, 1, 0, 0, 1, 1, 0, 0]))

    for (let round = 1; round <= 3; round++) {
      const began = performance.now()
      const id = await appendSilently(schema, 's')
      await linkSilently(schema, 'links', id)
      await appendSilently(schema, 'new')
      const expected = [1 + 2 * round, 1 + round, round, round]
      await eventually(() => expect(counts()).toEqual([...expected, ...expected]))
      expect(performance.now() - began).toBeLessThan(2_000)
    }
    for (const { items } of all) expect(numbersOf(items)).toEqual(items.map((_, index) => index + 1))
  })
})
