import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { EventDetail, EventPage, EventSummary } from '../../src/admin/api.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'

const database = useDatabase()
const MB = 1024 * 1024

describe.each([
  ['json', 10],
  ['jsonb', 4],
  ['bytea', 4],
] as const)('events in a column of %s with %i MB', (payload, size) => {
  test('are shown by their beginning, and saved as a whole', async () => {
    await using admin = await openAdmin(database.connectionString, { payload })
    const id = uuidv7()
    // What cannot be compressed, and has characters of several bytes.
    const data = { text: `é${randomBytes((size / 2) * MB).toString('hex')}` }
    await admin.store.append('large', { type: 'Large', id, data }, { expectedVersion: 0 })
    await admin.store.append('large', newEvent(), { expectedVersion: 1 })
    const page = await sizeOf(await admin.get('/api/events?stream=large'))
    const [large, small] = (page.body as EventPage).events
    const stored = payload === 'jsonb' ? JSON.stringify(data).replace(':', ': ') : JSON.stringify(data)
    expect(large).toMatchObject({ preview: stored.slice(0, 200), bytes: Buffer.byteLength(stored) })
    expect(small?.preview).toContain('1')
    expect(page.bytes).toBeLessThan(2_000)
    const detail = await admin.json<EventDetail>('/api/event', { id })
    expect(detail).toMatchObject({
      dataBytes: Buffer.byteLength(stored),
      truncated: true,
      preview: stored.slice(0, 200),
    })
    expect(detail.data.slice(0, 100)).toBe(`{\n  ${stored.slice(1)}`.replace(/":"/, '": "').slice(0, 100))
    expect(detail.data.length).toBeLessThanOrEqual(256 * 1024)
    expect(detail.data.length).toBeGreaterThan(255 * 1024)
    const content = await admin.get(`/api/event/content?id=${id}&part=data`)
    expect(await content.text()).toBe(stored)
    await using live = admin.listen('/api/live', { stream: 'large', after: 0 })
    const [appended] = await live.until<EventSummary[]>('appended', 1)
    expect(appended?.map(({ preview }) => preview?.length)).toEqual([200, small?.preview?.length])
  })
})

test('a page of many of them looks into the smaller ones, as far as it is worth the time', async () => {
  await using admin = await openAdmin(database.connectionString)
  const filler = randomBytes(3 * MB).toString('hex') // compression makes it half of that
  for (const n of range(1, 4)) {
    await admin.store.append('large', { type: 'Large', data: { n, filler } }, { expectedVersion: n - 1 })
  }
  await admin.store.append('large', newEvents(3), { expectedVersion: 4 })
  const { events } = await admin.json<EventPage>('/api/events')
  const previews = events.map(({ preview }) => preview !== null)
  expect(previews.slice(4)).toEqual([true, true, true])
  const known = previews.slice(0, 4)
  expect(known).toContain(true)
  expect(known).toContain(false)
  for (const { bytes } of events.slice(0, 4)) expect(bytes).toBeGreaterThan(2 * MB)
})

test('what takes long to show in full ends after 256 KB, however deep it is', async () => {
  await using admin = await openAdmin(database.connectionString)
  const id = uuidv7()
  let data: unknown = 'end'
  for (const _ of range(1, 3_000)) data = [data]
  await admin.store.append('deep', { type: 'Deep', id, data }, { expectedVersion: 0 })
  const detail = await admin.json<EventDetail>('/api/event', { id })
  expect(detail).toMatchObject({ dataBytes: 6_005, truncated: true })
  expect(detail.data.length).toBeLessThanOrEqual(256 * 1024)
})

async function sizeOf(response: Response): Promise<{ readonly bytes: number; readonly body: unknown }> {
  const text = await response.text()
  return { bytes: Buffer.byteLength(text), body: JSON.parse(text) }
}
