import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../src/index.ts'
import { Listener } from '../../src/notifications/listener.ts'
import { WakeUps } from '../../src/notifications/wake-ups.ts'
import { connectionSource } from '../../src/postgres/connection-source.ts'
import { Database } from '../../src/postgres/database.ts'
import { quoteIdentifier } from '../../src/postgres/identifier.ts'
import { Session } from '../../src/postgres/session.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { newEvent } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'

const database = useDatabase()

/** A listener by itself. `deaf`: no notification comes through, as through a pooler in transaction mode. */
function listenTo({ schema }: FreshStore, { deaf = false } = {}) {
  const { connectionString } = database
  const diagnostics: Diagnostic[] = []
  const sessions: Client[] = []
  const woken: string[] = []
  const wakeUps = new WakeUps()
  for (const stream of ['s', 'other', '$all']) wakeUps.register(stream, () => woken.push(stream))
  const executor = new Database(connectionSource({ connectionString }, () => {}))
  let subscriptionsChanged = 0
  const listener = new Listener({
    schema: quoteIdentifier(schema),
    executor,
    wakeUps,
    sender: 'me',
    async openSession() {
      const client = new Client({ connectionString, application_name: 'eventstore notifications' })
      await client.connect()
      sessions.push(client)
      const session = new Session(client)
      if (deaf) session.onNotification = () => () => {}
      return session
    },
    onSubscriptionsChanged: () => subscriptionsChanged++,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
  })
  return {
    diagnostics,
    sessions,
    woken,
    subscriptionsChanged: () => subscriptionsChanged,
    async [Symbol.asyncDispose]() {
      await listener.close()
      await executor.close()
    },
  }
}

describe('a listener', () => {
  test('wakes everybody when it begins, and then those whose stream has grown', async () => {
    await using store = await freshStore(database.connectionString)
    await using listener = listenTo(store)
    await eventually(() => expect(new Set(listener.woken)).toEqual(new Set(['s', 'other', '$all'])))
    await eventually(() => expect(listener.diagnostics).toHaveLength(1))
    await eventually(() => expect(listener.woken.length).toBeGreaterThanOrEqual(6)) // by the session, and the first look
    listener.woken.length = 0
    await store.append('s', newEvent(), { expectedVersion: 'any' })
    await eventually(() => expect(new Set(listener.woken)).toEqual(new Set(['s', '$all'])))
    expect(listener.diagnostics).toEqual([{ type: 'connected', connection: 'notifications', attempt: 1 }])
  })

  test('wakes everybody when its session is lost and back', async () => {
    await using store = await freshStore(database.connectionString)
    await using listener = listenTo(store)
    await eventually(() => expect(listener.woken.length).toBeGreaterThanOrEqual(6))
    listener.woken.length = 0
    await listener.sessions[0]?.end()
    await eventually(() => expect(new Set(listener.woken)).toEqual(new Set(['s', 'other', '$all'])))
    expect(listener.diagnostics.map(({ type }) => type)).toEqual(['connected', 'connection-lost', 'connected'])
  })

  test('tells by a diagnostic that it hears nothing, and finds by looking what has grown', async () => {
    await using store = await freshStore(database.connectionString)
    await using listener = listenTo(store, { deaf: true })
    await eventually(() => expect(listener.woken.length).toBeGreaterThanOrEqual(6))
    listener.woken.length = 0
    await store.append('s', newEvent(), { expectedVersion: 'any' })
    await eventually(() => expect(new Set(listener.woken)).toEqual(new Set(['s', '$all'])), { within: 2_500 })
    listener.woken.length = 0
    const [event] = await store.read('s').toArray()
    await store.link('other', event ? [event] : [], { expectedVersion: 'any' })
    await eventually(() => expect(listener.woken).toEqual(['other']), { within: 2_500 })
    await eventually(() => expect(listener.diagnostics.map(({ type }) => type)).toEqual(['connected', 'polling']))
    expect(listener.diagnostics[1]).toMatchObject({ reason: expect.stringMatching(/Set sessionConnectionString/) })
  })

  test('takes a payload that it does not know for everything, and hears of subscriptions', async () => {
    await using store = await freshStore(database.connectionString)
    await using listener = listenTo(store)
    await eventually(() => expect(listener.woken.length).toBeGreaterThanOrEqual(6))
    listener.woken.length = 0
    const notify = (payload: string) =>
      runSql(
        database.connectionString,
        `SELECT pg_notify('eventstore.' || '${store.schema}.events'::regclass::oid, $1)::text`,
        [payload],
      )
    await notify('of a later version')
    await eventually(() => expect(new Set(listener.woken)).toEqual(new Set(['s', 'other', '$all'])))
    expect(listener.subscriptionsChanged()).toBe(1) // when it began to hear
    await notify('subscriptions')
    await eventually(() => expect(listener.subscriptionsChanged()).toBe(2))
  })
})
