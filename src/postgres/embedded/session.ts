import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { sqlStateOf, UNIQUE_VIOLATION } from '../sqlstate.ts'

/** Where the server of a folder is, and how to be let in. */
export interface Address {
  readonly data: string
  readonly port: number
  readonly password: string
}

const USER = 'postgres'
const HOST = '127.0.0.1'
/** The database of the stores; the locks are taken in another, which nobody wants to drop. */
const DATABASE = 'eventstore'
const CONNECT_WITHIN = 5_000
const QUERY_WITHIN = 30_000
const END_WITHIN = 1_000
/** Any number will do: nobody else takes locks in this server's database `postgres`. */
const LOCK = 7_236_421
const DUPLICATE_DATABASE = '42P04'

/** What answers at the address is not the server of this folder. */
export class StrangerError extends Error {}

/** The URL of the stores' database. Without TLS whatever the environment says: the server has no certificate. */
export function connectionStringOf({ port, password }: Address): string {
  return `postgres://${USER}:${password}@${HOST}:${port}/${DATABASE}?sslmode=disable`
}

export async function openSession({ data, port, password }: Address): Promise<Client> {
  const session = new Client({
    host: HOST,
    port,
    user: USER,
    password,
    database: 'postgres',
    ssl: false,
    application_name: 'eventstore embedded',
    connectionTimeoutMillis: CONNECT_WITHIN,
    query_timeout: QUERY_WITHIN,
    keepAlive: true,
  })
  // Whoever needs to know of a loss listens for 'end'; without a listener for 'error' it would end the process.
  session.on('error', () => {})
  try {
    await session.connect()
    const { rows } = await session.query<{ data_directory: string }>('SHOW data_directory')
    if (rows[0]?.data_directory !== data) throw new StrangerError(describeStranger(data, rows[0]?.data_directory))
  } catch (error) {
    await endSession(session)
    throw error
  }
  return session
}

function describeStranger(expected: string, found: string | undefined): string {
  return `expected the server of ${expected}, found the one of ${found}; a folder must not be moved while its server runs`
}

/** Never hangs, not even on a server that has stopped answering. */
export async function endSession(session: Client): Promise<void> {
  await Promise.race([session.end().catch(() => {}), setTimeout(END_WITHIN, undefined, { ref: false })])
  session.connection.stream.destroy()
}

/** Takes a share in the server, unless somebody is about to stop it. */
export async function takeShare(session: Client): Promise<boolean> {
  const { rows } = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock_shared($1) AS taken', [LOCK])
  return rows[0]?.taken === true
}

/** Gives the share up; true when it was the last one. Then nobody can take a share as long as the session lasts. */
export async function giveUpShare(session: Client): Promise<boolean> {
  await session.query('SELECT pg_advisory_unlock_all()')
  const { rows } = await session.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [LOCK])
  return rows[0]?.last === true
}

/** Creates the stores' database if nobody has. */
export async function ensureDatabase(session: Client): Promise<void> {
  const { rowCount } = await session.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
  if (rowCount) return
  try {
    await session.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    const sqlState = sqlStateOf(error)
    if (sqlState !== DUPLICATE_DATABASE && sqlState !== UNIQUE_VIOLATION) throw error
  }
}
