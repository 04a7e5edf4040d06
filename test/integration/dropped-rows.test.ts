import { expect, test } from 'vitest'
import type { NewEvent } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvents } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()
const DROPPED: NewEvent = { type: 'Dropped', data: 0 }

/** Somebody's trigger, which lets some events through and drops the others without an error. */
async function storeWithTrigger(): Promise<FreshStore> {
  const store = await freshStore(database.connectionString)
  const streams = Array.from({ length: 3 }, (_, index) => `s-${index}`)
  for (const stream of streams) await store.append(stream, newEvents(1), { expectedVersion: 'no-stream' })
  await runSql(
    database.connectionString,
    `CREATE FUNCTION ${store.schema}.drop_some() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN IF NEW.event_type = 'Dropped' THEN RETURN NULL; END IF; RETURN NEW; END $$;
     CREATE TRIGGER drop_some BEFORE INSERT ON ${store.schema}.events FOR EACH ROW EXECUTE FUNCTION ${store.schema}.drop_some()`,
  )
  return store
}

const CASES: Readonly<Record<string, (store: FreshStore) => readonly Promise<unknown>[]>> = {
  'alone, to a new stream': (store) => [store.append('new', DROPPED, { expectedVersion: 'no-stream' })],
  'alone, behind a known version': (store) => [store.append('s-0', DROPPED, { expectedVersion: 1 })],
  'with others of one append': (store) => [
    store.append('s-0', [...newEvents(2), DROPPED, ...newEvents(2)], { expectedVersion: 'any' }),
  ],
  'with other appends': (store) => [
    store.append('s-0', DROPPED, { expectedVersion: 'any' }),
    store.append('s-1', newEvents(2), { expectedVersion: 'any' }),
  ],
  'with all of a group that follows known versions': (store) =>
    [0, 1, 2].map((index) => store.append(`s-${index}`, DROPPED, { expectedVersion: 1 })),
  'with some of a group that follows known versions': (store) => [
    store.append('s-0', DROPPED, { expectedVersion: 1 }),
    store.append('s-1', newEvents(1), { expectedVersion: 1 }),
  ],
  'with hundreds that are copied': (store) => [
    store.append('s-0', [...newEvents(300), DROPPED], { expectedVersion: 'any' }),
  ],
}

test.each(Object.entries(CASES))(
  'an append does not resolve when a trigger drops an event of it without an error: %s',
  async (_, appendDropped) => {
    const store = await storeWithTrigger()
    const results = await Promise.allSettled(appendDropped(store))
    const told = { code: 'DATABASE', sqlState: 'P0001', message: expect.stringContaining('a trigger or rule') }
    expect(results).toMatchObject(results.map(() => ({ status: 'rejected', reason: told })))
    await store.close()
  },
)

test('appends that no trigger drops events of are stored', async () => {
  const store = await storeWithTrigger()
  await store.append('s-0', newEvents(3), { expectedVersion: 'any' })
  await Promise.all([1, 2].map((index) => store.append(`s-${index}`, newEvents(1), { expectedVersion: 1 })))
  await store.append('s-0', newEvents(300), { expectedVersion: 4 })
  expect((await store.read('$all').toArray()).map(({ position }) => position)).toEqual(
    Array.from({ length: 308 }, (_, index) => index + 1),
  )
  await store.close()
})
