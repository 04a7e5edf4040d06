import type { EventStore } from '../../../src/index.ts'
import type { Arena, Competitor, Contest } from '../arena.ts'
import { connect } from '../contenders/driver.ts'
import { openStore, storeAppender } from '../contenders/store.ts'
import { APPENDS, writeFor } from '../writers.ts'

const STORES = 8

/** As an event store does that notifies in the transaction of the append. */
const NOTIFY_INSIDE = `
  CREATE FUNCTION notify_inside() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('appended', '');
    RETURN NULL;
  END $$;
  CREATE TRIGGER notify_inside AFTER INSERT ON eventstore.events FOR EACH STATEMENT EXECUTE FUNCTION notify_inside()`

/**
 * Eight stores, each in a database of its own on one server, with a writer each. Against the same with a NOTIFY in every
 * transaction, which holds a lock of the whole server until the commit is flushed. By a trigger, so that no round trip is added.
 * Nobody listens: what is compared is what notifying costs those who append.
 */
export const eightStores: Contest = {
  name: 'eight-stores',
  async run(arena) {
    const after = await openStores(arena, 'after')
    const inside = await openStores(arena, 'inside', NOTIFY_INSIDE)
    try {
      return await arena.compete(
        'eight-stores',
        APPENDS.slice(0, 1),
        [competitor('store', after, arena), competitor('NOTIFY inside', inside, arena)],
        { repetitions: arena.size(5, 9) },
      )
    } finally {
      await Promise.all([...after, ...inside].map((store) => store.close()))
    }
  },
}

async function openStores(arena: Arena, name: string, script?: string): Promise<readonly EventStore[]> {
  const stores: EventStore[] = []
  for (let n = 1; n <= STORES; n++) {
    const connectionString = await arena.newDatabase(`notify_${name}_${n}`)
    stores.push(await openStore(connectionString))
    if (script !== undefined) await runScript(connectionString, script)
  }
  return stores
}

async function runScript(connectionString: string, script: string): Promise<void> {
  const client = await connect(connectionString)
  await client.query(script)
  await client.end()
}

function competitor(name: string, stores: readonly EventStore[], arena: Arena): Competitor {
  const appenders = stores.map((store) => storeAppender(store))
  return {
    name,
    async run() {
      const rates = await Promise.all(appenders.map((appender) => writeFor(appender, 1, arena.size(600, 2_000))))
      return [rates.reduce((sum, [rate = 0]) => sum + rate, 0)]
    },
  }
}
