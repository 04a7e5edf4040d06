import { describe, expect, inject, test } from 'vitest'
import { ClosedError, TimeoutError } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, range } from '../support/new-events.ts'
import type { Pooler } from '../support/pooler.ts'
import {
  followsAndSubscribes,
  pollsWithoutSessions,
  storesAndReads,
  survives,
  usePooler,
} from '../support/pooler-behaviours.ts'
import { runSql, withClient } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'
import { type PgBouncer, runCommand, startPgBouncer } from './pgbouncer.ts'
import { pooledUrl } from './pooled-urls.ts'

const mode = inject('poolMode')
const database = useDatabase()
const direct = () => database.connectionString
const place = usePooler(database, async (target) => {
  return asPooler(await startPgBouncer(target, { mode, settings: { default_pool_size: mode === 'session' ? 40 : 4 } }))
})

/** What a PgBouncer of its own may go through. */
function asPooler(pgbouncer: PgBouncer): Pooler {
  return {
    url: pgbouncer.url,
    async pause() {
      const paused = pgbouncer.command('PAUSE')
      if (mode === 'transaction') await paused
      else paused.catch(() => {}) // it would wait for the last session to end; meanwhile new ones wait for it
    },
    async resume() {
      await pgbouncer.command('RESUME')
    },
    async endServers() {
      const servers = await pgbouncer.command('SHOW SERVERS')
      const pids = servers.map(({ remote_pid }) => Number(remote_pid))
      await runSql(direct(), 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
    },
    restart: () => pgbouncer.restart(),
    [Symbol.asyncDispose]: () => pgbouncer[Symbol.asyncDispose](),
  }
}

describe(`through PgBouncer in ${mode} mode`, () => {
  storesAndReads(place)
  if (mode === 'transaction') {
    pollsWithoutSessions(place)
    followsAndSubscribes(place, direct)
    survives(place, direct)
  } else {
    followsAndSubscribes(place)
    survives(place)
  }

  test('what times out is stopped on the server, and the pooler goes on', async () => {
    await using store = await freshStore(place.pooler().url, { sessionConnectionString: direct() })
    await store.append('s', newEvent(), { expectedVersion: 'no-stream' })
    for (const _ of range(1, 5)) {
      await withClient(direct(), async (client) => {
        await client.query(`BEGIN; LOCK TABLE ${store.schema}.events IN ACCESS EXCLUSIVE MODE`)
        const late = range(1, 4).map(() => rejection(store.read('s', { timeout: 100 }).toArray()))
        for (const error of await Promise.all(late)) expect(error).toBeInstanceOf(TimeoutError)
        await client.query('ROLLBACK')
      })
    }
    expect(await store.append('s', newEvent(), { expectedVersion: 1 })).toEqual({ streamVersion: 2, position: 2 })
  })
})

if (mode === 'transaction') {
  test('an append that times out while the pooler is paused is stored once when it is repeated', async () => {
    await using store = await freshStore(place.pooler().url, { sessionConnectionString: direct() })
    const event = { ...newEvent(), id: uuidv7() }
    await place.pooler().pause()
    const error = await rejection(store.append('s', event, { expectedVersion: 'no-stream', timeout: 300 }))
    expect(error).toBeInstanceOf(TimeoutError)
    await place.pooler().resume()
    const repeated = await store.append('s', event, { expectedVersion: 'no-stream' })
    expect(repeated).toEqual({ streamVersion: 1, position: 1 })
    expect(await store.read('$all').toArray()).toHaveLength(1)
  })
}

test('the stores of the integration tests go through their pooler, and their sessions past it', async () => {
  await using store = await freshStore(direct())
  const following = store.follow('$all')[Symbol.asyncIterator]()
  const next = rejection(following.next())
  await eventually(async () => {
    const clients = await runCommand(pooledUrl(direct()), 'SHOW CLIENTS')
    const own = clients.filter(({ database: name }) => `/${name}` === new URL(direct()).pathname)
    expect(new Set(own.map(({ application_name }) => application_name))).toEqual(new Set(['eventstore']))
    const sessions = await runSql(
      direct(),
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'eventstore notifications'",
    )
    expect(sessions).toHaveLength(1)
  })
  await store.close()
  expect(await next).toBeInstanceOf(ClosedError)
})
