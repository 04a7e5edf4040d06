import type pg from 'pg'
import type { NewEvent } from '../../../src/index.ts'
import type { Appender } from './appender.ts'

/** The part of Emmett that is compared. */
interface EmmettStore {
  readonly schema: { migrate(): Promise<unknown> }
  appendToStream(
    stream: string,
    events: readonly NewEvent[],
    options?: { readonly expectedStreamVersion: bigint },
  ): Promise<{ readonly nextExpectedStreamVersion: bigint }>
  readStream(stream: string): Promise<{ readonly events: readonly unknown[] }>
}

interface EmmettPackage {
  getPostgreSQLEventStore(
    connectionString: string,
    options: { readonly connectionOptions: { readonly pool: pg.Pool } },
  ): EmmettStore
}

/** Emmett on a database of its own. */
interface Emmett extends Appender {
  /** Reads a whole stream. Resolves to the number of its events. */
  read(stream: string): Promise<number>
}

/** Opens Emmett on an empty database. */
export type OpenEmmett = (connectionString: string) => Promise<Emmett>

const CONNECTIONS = 10

/**
 * Loads Emmett, by names that the compiler does not follow, as it need not be installed. With its own copy of the driver, whose
 * parsers it replaces. A pool of 10 is its default; 20 and 50 were no faster, with 1 writer or with 50. A pool of ours because it
 * does not always end its own.
 */
export async function loadEmmett(): Promise<OpenEmmett> {
  const [emmett, driver] = ['@event-driven-io/emmett-postgresql', 'pg'] as const satisfies readonly string[]
  const { getPostgreSQLEventStore }: EmmettPackage = await import(emmett as string)
  const { default: pgOfEmmett }: { readonly default: typeof pg } = await import(driver as string)
  return async function open(connectionString) {
    const pool = new pgOfEmmett.Pool({ connectionString, max: CONNECTIONS })
    pool.on('error', () => {})
    const store = getPostgreSQLEventStore(connectionString, { connectionOptions: { pool } })
    await store.schema.migrate()
    return {
      name: 'Emmett',
      // Expecting the version that the last append returned saves it a query; of a new stream nothing can be expected.
      writer(stream) {
        let version: bigint | undefined
        return async (events) => {
          const options = version === undefined ? undefined : { expectedStreamVersion: version }
          version = (await store.appendToStream(stream, events, options)).nextExpectedStreamVersion
        }
      },
      read: async (stream) => (await store.readStream(stream)).events.length,
      close: () => pool.end(),
    }
  }
}
