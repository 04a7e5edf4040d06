import { createRequire } from 'node:module'
import type pg from 'pg'

export type Client = pg.Client
export type Pool = pg.Pool

/**
 * The driver as the store has it. An import from here would find Emmett's copy, which lies nearer, and whose parsers of JSON and
 * bigint Emmett replaces for the whole process.
 */
const driver: typeof pg = createRequire(new URL('../../../package.json', import.meta.url))('pg')

/** A connection. When it is lost, what is asked of it fails, and that is enough. */
export async function connect(connectionString: string): Promise<Client> {
  const client = new driver.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A pool of so many connections. */
export function openPool(connectionString: string, max: number): Pool {
  const pool = new driver.Pool({ connectionString, max })
  pool.on('error', () => {})
  return pool
}
