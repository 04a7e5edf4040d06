import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  EventDetail,
  EventPage,
  EventSummary,
  Page,
  SnapshotDetail,
  SnapshotInfo,
  StoreFacts,
  StoreStats,
  StreamInfo,
  SubscriptionRow,
} from '../../src/admin/api.ts'
import { packageVersion } from '../../src/util/package-version.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { type OpenAdmin, openAdmin, refused } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'

const database = useDatabase()

describe.each(['json', 'jsonb', 'bytea'] as const)('a store with payload %s', (payload) => {
  let admin: OpenAdmin
  const id = uuidv7()
  beforeAll(async () => {
    admin = await openAdmin(database.connectionString, { payload })
    const { store } = admin
    await store.append('orders-1', newEvents(5), { expectedVersion: 0 })
    await store.append('orders-2', { ...newEvent(), id, data: { list: [1, 'two'] } }, { expectedVersion: 0 })
    await store.append('orders-1', newEvents(2, 6), { expectedVersion: 5 })
    await store.link('links', [id], { expectedVersion: 0 })
    const [first] = await store.read('orders-1', { limit: 1 }).toArray()
    await store.link('links', [first?.id ?? ''], { expectedVersion: 1 })
    await store.recordSnapshot({ sourceId: 'orders-1', sourceVersion: 7, sourceType: 'Order', data: { total: 7 } })
  })
  afterAll(() => admin[Symbol.asyncDispose]())

  test('is described', async () => {
    const facts = await admin.json<StoreFacts>('/api/store')
    expect(facts).toEqual({
      version: packageVersion(),
      server: expect.stringMatching(/^\d+(\.\d+)?/),
      address: 'localhost:5432',
      database: 'shop',
      schema: admin.store.schema,
      payload,
      head: 8,
      allowWrites: false,
    })
    expect(facts.server).not.toContain(' ')
    const stats = await admin.json<StoreStats>('/api/stats')
    expect(stats).toMatchObject({ head: 8, streams: 3, links: 2, snapshots: 1, subscriptions: 0, payload })
    expect(stats.rates[0]).toEqual({ seconds: 60, events: 8 })
  })

  test('gives the events of a stream as what reads it gives them, without their data', async () => {
    for (const stream of ['$all', 'orders-1', 'links']) {
      const page = await admin.json<EventPage>('/api/events', { stream })
      const stored = await admin.store.read(stream).toArray()
      expect(page).toEqual({
        events: stored.map(({ data, metadata, ...event }) => ({
          ...event,
          createdAt: event.createdAt.toISOString(),
          preview: textOf(data),
          bytes: textOf(data).length,
        })),
        next: null,
        looked: stored.length,
      })
    }
  })

  test('gives an event with its data and where else it is', async () => {
    const { data, metadata, preview, links, dataBytes, metadataBytes, truncated, ...event } =
      await admin.json<EventDetail>('/api/event', { id: id.toUpperCase() })
    expect(event).toMatchObject({
      id,
      streamName: 'orders-2',
      streamVersion: 1,
      position: 6,
      eventNumber: 6,
      bytes: dataBytes,
    })
    expect(data).toBe('{\n  "list": [\n    1,\n    "two"\n  ]\n}')
    expect(JSON.parse(metadata)).toEqual(newEvent().metadata)
    expect(preview).toBe(textOf({ list: [1, 'two'] }))
    expect({ dataBytes, truncated }).toEqual({ dataBytes: preview?.length, truncated: false })
    expect(metadataBytes).toBe(textOf(newEvent().metadata).length)
    expect(links).toEqual([{ streamName: 'links', streamVersion: 1 }])
  })

  test.each(['data', 'metadata'])('gives the %s of an event to be saved', async (part) => {
    const answer = await admin.get(`/api/event/content?id=${id}&part=${part}`)
    const ending = payload === 'bytea' ? 'bin' : 'json'
    expect(answer.headers.get('Content-Disposition')).toBe(`attachment; filename="event-${id}-${part}.${ending}"`)
    expect(answer.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect(await answer.json()).toEqual(part === 'data' ? { list: [1, 'two'] } : newEvent().metadata)
    const snapshot = await admin.get(`/api/snapshot/content?id=orders-1&part=${part}`)
    expect(snapshot.headers.get('Content-Disposition')).toBe(`attachment; filename="snapshot-${part}.${ending}"`)
    expect(await snapshot.json()).toEqual(part === 'data' ? { total: 7 } : {})
  })

  test('lists and shows snapshots', async () => {
    const { items, ...page } = await admin.json<Page<SnapshotInfo>>('/api/snapshots', { search: 'orders' })
    expect(page).toEqual({ page: 1, pageSize: 50, totalItems: 1, totalPages: 1 })
    expect(items).toMatchObject([{ sourceId: 'orders-1', sourceType: 'Order', sourceVersion: 7 }])
    const { data, ...snapshot } = await admin.json<SnapshotDetail>('/api/snapshot', { id: 'orders-1' })
    expect(snapshot).toMatchObject({
      sourceId: 'orders-1',
      createdAt: items[0]?.createdAt,
      metadata: '{}',
      truncated: false,
    })
    expect(data).toBe('{\n  "total": 7\n}')
    expect(await refused(admin.get('/api/snapshot?id=none'))).toMatchObject({ status: 404, code: 'SNAPSHOT_NOT_FOUND' })
  })

  /** As it is stored. */
  function textOf(value: unknown): string {
    return payload === 'jsonb' ? JSON.stringify(value).replaceAll(/([:,])/g, '$1 ') : JSON.stringify(value)
  }
})

describe('streams', () => {
  let admin: OpenAdmin
  beforeAll(async () => {
    admin = await openAdmin(database.connectionString)
    for (const name of ['c', 'a', 'b-x', 'b_x']) await admin.store.append(name, newEvents(2), { expectedVersion: 0 })
    await admin.store.append('a', newEvent(), { expectedVersion: 2 })
    await admin.store.deleteStream('c', { expectedVersion: 2 })
  })
  afterAll(() => admin[Symbol.asyncDispose]())

  test('are searched, sorted and paged', async () => {
    const names = async (parameters: Readonly<Record<string, string | number>>) =>
      (await admin.json<Page<StreamInfo>>('/api/streams', parameters)).items.map(({ name }) => name)
    expect(await names({ sortBy: 'name', direction: 'descending' })).toEqual(['c', 'b_x', 'b-x', 'a', '$all'])
    expect(await names({ search: 'b_' })).toEqual(['b_x'])
    expect(await names({ sortBy: 'version', direction: 'descending', pageSize: 2 })).toEqual(['$all', 'a'])
    const page = await admin.json<Page<StreamInfo>>('/api/streams', { sortBy: 'name', page: 2, pageSize: 2 })
    expect(page).toMatchObject({ page: 2, pageSize: 2, totalItems: 5, totalPages: 3 })
    expect(page.items).toMatchObject([{ name: 'b-x' }, { name: 'b_x' }])
  })

  test('are described, deleted ones too', async () => {
    expect(await admin.json('/api/stream', { name: 'a' })).toMatchObject({
      version: 3,
      status: 'active',
      deletedAt: null,
    })
    const deleted = await admin.json<StreamInfo>('/api/stream', { name: 'c' })
    expect(deleted).toMatchObject({ version: 2, status: 'deleted', deletedAt: expect.stringMatching(/Z$/) })
    expect(await admin.json('/api/stream', { name: '$all' })).toMatchObject({ version: 9 })
    expect(await refused(admin.get('/api/stream?name=none'))).toMatchObject({ status: 404, code: 'STREAM_NOT_FOUND' })
  })

  test('that are missing or deleted have no events, and the answer says why', async () => {
    expect(await refused(admin.get('/api/events?stream=none'))).toMatchObject({ status: 404, code: 'STREAM_NOT_FOUND' })
    expect(await refused(admin.get('/api/events?stream=c'))).toMatchObject({ status: 410, code: 'STREAM_DELETED' })
    expect(await admin.json('/api/events', { stream: 'a', from: 4 })).toEqual({ events: [], next: null, looked: 0 })
  })
})

describe('pages of events', () => {
  let admin: OpenAdmin
  const [correlationId, causationId] = [uuidv7(), uuidv7()]
  /** More than one request looks at. */
  const MANY = 20_500
  beforeAll(async () => {
    admin = await openAdmin(database.connectionString)
    await admin.store.append('many', newEvents(MANY), { expectedVersion: 0 })
    const rare = { ...newEvent(), type: 'Rare', correlationId, causationId }
    await admin.store.append('rare-1', [rare, newEvent(), rare], { expectedVersion: 0 })
    const positions = await admin.store.read('many', { limit: 3 }).toArray()
    await admin.store.link('mixed', positions, { expectedVersion: 0 })
    await admin.store.append('mixed', newEvents(3), { expectedVersion: 3 })
  })
  afterAll(() => admin[Symbol.asyncDispose]())

  test.each([
    ['$all', 'forwards', 200, range(20_400, MANY + 6)],
    ['$all', 'backwards', 7, range(30, 1)],
    ['many', 'forwards', 13, range(MANY - 40, MANY)],
    ['many', 'backwards', 5, range(20, 1)],
    ['mixed', 'forwards', 2, range(1, 6)],
    ['mixed', 'backwards', 4, range(6, 1)],
    ['mixed', 'forwards', 6, range(1, 6)],
  ] as const)(
    'of %s %s by %i lead to the end, and give each event once',
    async (stream, direction, limit, expected) => {
      const found: EventSummary[] = []
      let from: number | null = expected[0] ?? 0
      while (from !== null) {
        const page: EventPage = await admin.json('/api/events', { stream, from, direction, limit })
        expect(page.events.length).toBeLessThanOrEqual(limit)
        found.push(...page.events)
        from = page.next
      }
      expect(found.map(({ eventNumber }) => eventNumber)).toEqual(expected)
    },
  )

  test('begin at the start, or at the end backwards, unless they are told', async () => {
    const first = async (parameters: Readonly<Record<string, string>>) =>
      (await admin.json<EventPage>('/api/events', { stream: 'many', limit: 1, ...parameters })).events[0]?.eventNumber
    expect(await first({})).toBe(1)
    expect(await first({ direction: 'backwards' })).toBe(MANY)
    expect(await first({ from: 'start' })).toBe(1)
    expect(await first({ direction: 'backwards', from: 'end' })).toBe(MANY)
    expect((await admin.json<EventPage>('/api/events', { limit: 1 })).events[0]?.position).toBe(1)
  })

  test.each([
    ['type', { type: 'Rare' }, [1, 3]],
    ['stream name', { search: 'are-' }, [1, 2, 3]],
    ['correlation', { correlationId }, [1, 3]],
    ['causation', { causationId: causationId.toUpperCase() }, [1, 3]],
    ['all of these', { type: 'Rare', search: 'rare', correlationId, causationId }, [1, 3]],
    ['what nothing is', { type: 'Rare', search: 'many' }, []],
    ['a type that is only similar', { type: 'Rar' }, []],
    ['wildcards, taken literally', { search: 'r%' }, []],
  ])('by %s look at 20,000 events a request, and say where to go on', async (_, filter, versions) => {
    const first = await admin.json<EventPage>('/api/events', { ...filter, limit: 200 })
    expect(first).toMatchObject({ looked: 20_000, next: 20_001 })
    const second = await admin.json<EventPage>('/api/events', { ...filter, limit: 200, from: 20_001 })
    expect(second).toMatchObject({ looked: MANY + 6 - 20_000, next: null })
    expect([...first.events, ...second.events].map(({ streamVersion }) => streamVersion)).toEqual(versions)
  })

  test('with filters stop at what fits the page, in either direction', async () => {
    const from = MANY - 100
    const forwards = await admin.json<EventPage>('/api/events', { type: 'Rare', limit: 1, from })
    expect(forwards).toMatchObject({ next: MANY + 3, looked: 103, events: [{ position: MANY + 1 }] })
    const backwards = await admin.json<EventPage>('/api/events', { type: 'Rare', limit: 1, direction: 'backwards' })
    expect(backwards).toMatchObject({ next: MANY + 1, looked: 5, events: [{ position: MANY + 3 }] })
    const inStream = await admin.json<EventPage>('/api/events', { stream: 'mixed', search: 'many', limit: 2 })
    expect(inStream).toMatchObject({ next: 3, events: [{ eventNumber: 1 }, { eventNumber: 2 }] })
  })

  test('are not lengthened by the hole that a hard delete leaves', async () => {
    await using other = await openAdmin(database.connectionString)
    await other.store.append('kept', newEvents(2), { expectedVersion: 0 })
    await other.store.append('gone', newEvents(300), { expectedVersion: 0 })
    await other.store.append('kept', newEvents(2, 3), { expectedVersion: 2 })
    await other.store.deleteStream('gone', { expectedVersion: 'any', mode: 'hard' })
    const page = await other.json<EventPage>('/api/events', { limit: 3 })
    expect(page.events.map(({ position }) => position)).toEqual([1, 2, 303])
    expect(page.next).toBe(304)
  })
})

describe('subscriptions', () => {
  test('are listed with their lag and the session that holds them', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(5), { expectedVersion: 0 })
    await using held = admin.store.subscribe('s', 'held')
    const running = held.run(() => {})
    await held.reached(5)
    const idle = admin.store.subscribe('$all', 'idle', { after: 2 })
    const subscriber = idle.connect()
    await idle.acquired()
    await subscriber.close()
    await idle.close()
    expect(await admin.json<SubscriptionRow[]>('/api/subscriptions')).toEqual([
      {
        stream: '$all',
        name: 'idle',
        checkpoint: 2,
        head: 5,
        lag: 3,
        holder: null,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      expect.objectContaining({
        name: 'held',
        checkpoint: 5,
        head: 5,
        lag: 0,
        holder: expect.stringMatching(/^pid \d+, eventstore locks/),
      }),
    ])
    await held.close()
    await running
  })
})

describe('hostile names and data', () => {
  /** What turns the direction of writing, looks like markup, or is hard to encode. */
  const NAMES = [
    '<img src=x onerror=alert(1)>',
    '\u202eevil\u2066',
    "'; DROP TABLE streams; --",
    'a/b?c=d&e#f%00',
    '$all ',
    '😀\u0301',
    '\\x00',
    '{{7*7}}',
  ]

  test('come back as they were given', async () => {
    await using admin = await openAdmin(database.connectionString)
    for (const name of NAMES) {
      const event = { id: uuidv7(), type: name, data: { [name]: name }, metadata: { name } }
      await admin.store.append(name, event, { expectedVersion: 0 })
      await admin.store.recordSnapshot({ sourceId: name, sourceVersion: 1, sourceType: name, data: name })
      expect(await admin.json('/api/stream', { name })).toMatchObject({ name, version: 1 })
      const { events } = await admin.json<EventPage>('/api/events', { stream: name, type: name })
      expect(events).toMatchObject([{ streamName: name, type: name, preview: JSON.stringify({ [name]: name }) }])
      const detail = await admin.json<EventDetail>('/api/event', { id: event.id })
      expect(JSON.parse(detail.data)).toEqual({ [name]: name })
      expect(await admin.json('/api/snapshot', { id: name })).toMatchObject({
        sourceId: name,
        sourceType: name,
        data: JSON.stringify(name),
      })
      const found = await admin.json<Page<StreamInfo>>('/api/streams', { search: name })
      expect(found.items.map((stream) => stream.name)).toContain(name)
    }
    expect(admin.failures).toEqual([])
  })

  test('what is no text in a column of bytes is shown as such', async () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x7b])
    const serializer = { serialize: () => bytes, deserialize: () => null }
    await using admin = await openAdmin(database.connectionString, { payload: 'bytea', serializer })
    await admin.store.append('s', { ...newEvent(), id: '018f0000-0000-7000-8000-000000000001' }, { expectedVersion: 0 })
    const { events } = await admin.json<EventPage>('/api/events')
    expect(events).toMatchObject([{ preview: '\\xff007b', bytes: 3 }])
    const id = events[0]?.id ?? ''
    expect(await admin.json('/api/event', { id })).toMatchObject({ data: '\\xff007b', dataBytes: 3, truncated: false })
    const content = await admin.get(`/api/event/content?id=${id}`)
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(bytes)
  })
})

test('an event that is not stored is not found', async () => {
  await using admin = await openAdmin(database.connectionString)
  for (const path of ['/api/event', '/api/event/content', '/api/chain']) {
    expect(await refused(admin.get(`${path}?id=${uuidv7()}`))).toMatchObject({ status: 404, code: 'EVENT_NOT_FOUND' })
  }
})
