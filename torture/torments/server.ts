/** What is done to the server, and what others do on it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Fault, Locked } from '../faults.ts'
import { now } from '../journal.ts'
import type { RestartMode } from '../server.ts'
import { endAll } from './sessions.ts'
import { type Stage, seconds, withClient } from './stage.ts'

/** Connections that a storm opens at once. */
const STORM = 40

export async function restart(stage: Stage, mode: RestartMode): Promise<void> {
  const began = now()
  stage.tell(`restart the server (${mode})`)
  await stage.server.restart?.(mode)
  stage.count('server restarts')
  stage.tell(`the server is back after ${seconds(now() - began)}`)
}

/** As somebody does who migrates something, or who appends in a transaction that he leaves open. */
export function lock(stage: Stage, { what, lasts }: Extract<Fault, { type: 'lock' }>): Promise<void> {
  return withClient(stage, 'lock', async (client) => {
    stage.tell(`lock ${what === 'store' ? 'the store' : `the table ${what}`} for ${seconds(lasts)}`)
    await client.query('BEGIN')
    await client.query(lockStatement(what))
    stage.count('locks held by others')
    await stage.wait(lasts)
    await client.query('COMMIT')
  })
}

function lockStatement(what: Locked): string {
  if (what === 'store') return 'SELECT eventstore.lock_store()'
  return `LOCK TABLE eventstore.${what} IN ACCESS EXCLUSIVE MODE`
}

/** For the sessions that begin now: so the others are ended, before and after it. */
export async function readOnly(stage: Stage, lasts: number): Promise<void> {
  stage.tell(`read-only for ${seconds(lasts)}`)
  stage.count('times read-only')
  await withClient(stage, 'read-only', (client) => setReadOnly(client, 'SET default_transaction_read_only = on'))
  await stage.wait(lasts)
  let writable = false
  while (!writable) {
    await withClient(stage, 'writable', async (client) => {
      await setReadOnly(client, 'RESET default_transaction_read_only')
      writable = true
    })
    if (!writable) await sleep(200) // the server is away, or full; it must not stay read-only
  }
}

async function setReadOnly(client: Client, setting: string): Promise<void> {
  await client.query('SET default_transaction_read_only = off')
  await client.query(`
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${setting}', current_database()); END $$`)
  await endAll(client)
}

/** Takes every connection that is free or becomes free. */
export async function storm(stage: Stage, lasts: number): Promise<void> {
  stage.tell(`a storm of connections for ${seconds(lasts)}`)
  stage.count('connection storms')
  let over = false
  const ending = stage.wait(lasts).then(() => {
    over = true
  })
  const clients = new Set<Client>()
  const take = async () => {
    while (!over) {
      const client = new Client({ connectionString: stage.server.url, application_name: 'torture storm' })
      client.on('error', () => clients.delete(client))
      try {
        await client.connect()
        clients.add(client)
      } catch {
        await stage.wait(50) // none is free, or the server is away
        if (over) return
      }
    }
  }
  await Promise.all(Array.from({ length: STORM }, take))
  await ending
  await Promise.all([...clients].map((client) => client.end().catch(() => {})))
}

/** Reads all events in one transaction, slowly. What it saw is evidence. */
export function backUp(stage: Stage, lasts: number): Promise<void> {
  return withClient(stage, 'backup', async (client) => {
    stage.tell(`a backup of ${seconds(lasts)}`)
    const began = now()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query('SELECT count(*) FROM eventstore.streams')
    await stage.wait(lasts)
    const { rows } = await client.query<{ position: number; id: string }>(
      'SELECT position::int, event_id::text AS id FROM eventstore.events ORDER BY position',
    )
    await client.query('COMMIT')
    stage.backups.push({ began, events: rows })
    stage.count('backups')
  })
}

export function maintain(stage: Stage, command: string): Promise<void> {
  return withClient(stage, 'maintain', async (client) => {
    stage.tell(command)
    await client.query(command)
    stage.count('maintenance commands')
  })
}
