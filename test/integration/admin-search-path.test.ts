import { afterAll, expect, test } from 'vitest'
import type { EventPage } from '../../src/admin/api.ts'
import { openAdmin } from '../support/admin-server.ts'
import { shadowsIn } from '../support/attacks-shadows.ts'
import { emptyTestDatabase, useDatabase } from '../support/database.ts'
import { newEvents } from '../support/new-events.ts'
import { createTestRole, type TestRole } from '../support/roles.ts'
import { runSql } from '../support/run-sql.ts'

const roles: TestRole[] = []
// Once the database is gone, in which it owns things.
afterAll(async () => {
  for (const role of roles) await role.drop()
})
const database = useDatabase(emptyTestDatabase)

test('who may create things in a schema on the search_path gets nothing of his run by the page', async () => {
  const { connectionString } = database
  const attacker = await createTestRole('attacker')
  roles.push(attacker)
  // As every database was before PostgreSQL 15.
  await runSql(connectionString, 'GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC')
  await runSql(attacker.urlOf(connectionString), shadowsIn('public'))
  await expect(runSql(connectionString, 'SELECT 1::oid = 1::int')).rejects.toThrow('trapped')
  const sprung = () =>
    runSql<{ count: string }>(connectionString, 'SELECT last_value::text AS count FROM public.sprung')
  const before = await sprung()
  for (const payload of ['json', 'jsonb', 'bytea'] as const) {
    await using admin = await openAdmin(connectionString, { payload, allowWrites: true })
    await admin.store.append('s', newEvents(3), { expectedVersion: 0 })
    await admin.store.link('links', await admin.store.read('s').toArray(), { expectedVersion: 0 })
    await admin.store.recordSnapshot({ sourceId: 's', sourceVersion: 1, sourceType: 'S', data: 1 })
    const subscription = admin.store.subscribe('s', 'held')
    subscription.connect()
    await subscription.acquired()
    const { events } = await admin.json<EventPage>('/api/events', { search: 's', type: 'SomethingHappened' })
    const id = events[0]?.id
    const paths = ['store', 'stats', 'streams?search=s', 'stream?name=s', 'events?stream=links&direction=backwards']
    paths.push(`event?id=${id}`, `event/content?id=${id}`, `chain?id=${id}`, `events?correlationId=${id}`)
    paths.push('subscriptions', 'snapshots?search=s', 'snapshot?id=s', 'snapshot/content?id=s')
    for (const path of paths) {
      const answer = await admin.get(`/api/${path}`)
      expect([path, answer.status, answer.ok ? '' : await answer.text()]).toEqual([path, 200, ''])
    }
    await using live = admin.listen('/api/live', { after: 0 })
    await using samples = admin.listen('/api/samples')
    await Promise.all([live.until('appended', 1), samples.until('sample', 1)])
    await subscription.close()
    await admin.posted('/api/subscriptions/reset', { stream: 's', name: 'held', to: 0 })
    expect(await sprung()).toEqual(before)
  }
}, 60_000)
