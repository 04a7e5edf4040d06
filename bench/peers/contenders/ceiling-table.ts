import { type Client, connect } from './driver.ts'
import { openStore } from './store.ts'

/** The columns of the table of events, which the ceilings fill. */
export const COLUMNS =
  'position, stream_id, stream_version, created_at, event_id, causation_id, correlation_id, event_type, data, metadata'

/** A connection to a database with an empty table `ceiling`, of the same columns and indexes as the store's events have. */
export async function openCeiling(connectionString: string): Promise<Client> {
  const store = await openStore(connectionString)
  await store.close()
  const client = await connect(connectionString)
  await client.query('CREATE TABLE ceiling (LIKE eventstore.events INCLUDING ALL)')
  return client
}
