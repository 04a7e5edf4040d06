/** What is done to the sessions of the store on the server. */
import type { Client } from 'pg'
import { random } from '../../test/support/random.ts'
import type { Fault } from '../faults.ts'
import { now } from '../journal.ts'
import { type Stage, withClient } from './stage.ts'

/** Milliseconds between looks for statements to cancel. */
const LOOK_AGAIN = 10
/** The store's sessions in this database. */
const SESSIONS = `
  FROM pg_stat_activity
  WHERE datname = current_database() AND starts_with(application_name, 'eventstore') AND pid <> pg_backend_pid()`

/** Ends some sessions. */
export function terminate(stage: Stage, { count, choose }: Extract<Fault, { type: 'terminate' }>): Promise<void> {
  return withClient(stage, 'terminate', async (client) => {
    const { rows } = await client.query<{ pid: number; name: string }>(
      `SELECT pid, application_name AS name ${SESSIONS} ORDER BY backend_start, pid`,
    )
    const chosen = choosePart(rows, count, random(choose))
    const pids = chosen.map(({ pid }) => pid)
    await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS t (pid)', [pids])
    stage.count('connections terminated', chosen.length)
    const special = chosen.map(({ name }) => name.replace('eventstore', '').trim()).filter((name) => name !== '')
    const which = special.length > 0 ? ` (${special.join(', ')})` : ''
    stage.tell(`terminate ${chosen.length} of ${rows.length} connections${which}`)
  })
}

/** Cancels what happens to run, look after look, until it has hit often enough or the time is over. */
export function cancel(stage: Stage, { count, lasts }: Extract<Fault, { type: 'cancel' }>): Promise<void> {
  return withClient(stage, 'cancel', async (client) => {
    let hit = 0
    for (const until = now() + lasts; hit < count && now() < until; await stage.wait(LOOK_AGAIN)) {
      const { rowCount } = await client.query(
        `SELECT pg_cancel_backend(pid) ${SESSIONS} AND state = 'active' ORDER BY query_start LIMIT $1`,
        [count - hit],
      )
      hit += rowCount ?? 0
    }
    stage.count('statements cancelled', hit)
    stage.tell(`cancelled ${hit} statements`)
  })
}

export async function endAll(client: Client): Promise<void> {
  await client.query(`SELECT pg_terminate_backend(pid) ${SESSIONS}`)
}

/** Ends the sessions of one kind, in all processes. */
export async function endNamed(client: Client, applicationName: string): Promise<void> {
  await client.query(`SELECT pg_terminate_backend(pid) ${SESSIONS} AND application_name = $1`, [applicationName])
}

function choosePart<Item>(items: readonly Item[], count: number, pick: (n: number) => number): readonly Item[] {
  const left = [...items]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(pick(left.length), 1)).flat()
}
