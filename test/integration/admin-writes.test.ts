import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenAdmin, openAdmin, refused } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newEvents } from '../support/new-events.ts'

const database = useDatabase()
let admin: OpenAdmin
beforeAll(async () => {
  admin = await openAdmin(database.connectionString, { allowWrites: true })
})
afterAll(() => admin[Symbol.asyncDispose]())

describe('appending', () => {
  const append = '/api/streams/append'

  test('stores the events, and answers with the version and the position', async () => {
    const id = crypto.randomUUID()
    const events = [{ type: 'A', data: { n: 1 }, metadata: { by: 'me' }, id, causationId: id, correlationId: id }]
    const request = { stream: 'append-1', expectedVersion: 'no-stream', events }
    const result = await admin.posted(append, request)
    const [stored] = await admin.store.read('append-1').toArray()
    expect(stored).toMatchObject(events[0] ?? {})
    expect(result).toEqual({ streamVersion: 1, position: stored?.position })
    expect(await admin.posted(append, request)).toEqual(result) // the same ids: a repetition
    await admin.posted(append, { stream: 'append-1', expectedVersion: 1, events: [{ type: 'B', data: null }] })
    expect((await admin.store.getStream('append-1')).version).toBe(2)
  })

  test.each<[string, unknown, Readonly<Record<string, unknown>>]>([
    ['a version that it has not', { expectedVersion: 7 }, { status: 409, code: 'WRONG_EXPECTED_VERSION' }],
    [
      'no version',
      { expectedVersion: undefined },
      { status: 400, message: expect.stringContaining('found undefined') },
    ],
    ['$all', { stream: '$all' }, { status: 400, code: 'READ_ONLY_STREAM' }],
    ['a bad name', { stream: 'a\nb' }, { status: 400, message: expect.stringContaining('control character') }],
    ['no events', { events: [] }, { status: 400, message: expect.stringContaining('one event at least') }],
    ['an event without data', { events: [{ type: 'A' }] }, { status: 400, message: 'Event 1 has no data.' }],
    ['an event without type', { events: [{ data: 1 }] }, { status: 400 }],
    ['a bad id', { events: [{ type: 'A', data: 1, id: 'x' }] }, { status: 422, code: 'INVALID_EVENT' }],
    [
      'bad metadata',
      { events: [{ type: 'A', data: 1, metadata: [] }] },
      { status: expect.toSatisfy((status) => [400, 422].includes(status)) },
    ],
    ['a field too many', { extra: 1 }, { status: 400, message: expect.stringContaining('found "extra"') }],
  ])('is refused with %s, and nothing is stored', async (_, changed, expected) => {
    const request = { stream: 'append-2', expectedVersion: 'any', events: [{ type: 'A', data: 1 }] }
    expect(await refused(admin.post(append, { ...request, ...(changed as object) }))).toMatchObject(expected)
    await expect(admin.store.getStream('append-2')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })

  test('a body that is no JSON is refused', async () => {
    expect(await refused(admin.post(append, '{"stream":'))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      message: expect.stringContaining('The body must be JSON'),
    })
  })

  test('names of prototypes are data like any other', async () => {
    const body =
      '{"stream":"append-3","expectedVersion":0,"events":[{"type":"__proto__","data":{"__proto__":{"polluted":1}}}]}'
    expect((await admin.post(append, body)).status).toBe(200)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    const [stored] = await admin.store.read('append-3').toArray()
    expect(JSON.stringify(stored?.data)).toBe('{"__proto__":{"polluted":1}}')
  })
})

describe('deleting a stream', () => {
  const remove = '/api/streams/delete'

  test('hides it, or removes its events', async () => {
    for (const mode of ['soft', 'hard']) {
      const name = `delete-${mode}`
      await admin.store.append(name, newEvents(2), { expectedVersion: 0 })
      const request = { name, mode, expectedVersion: 1 }
      expect(await refused(admin.post(remove, request))).toMatchObject({ status: 409, code: 'WRONG_EXPECTED_VERSION' })
      expect(await admin.posted(remove, { ...request, expectedVersion: 2 })).toEqual({})
      await expect(admin.store.getStream(name)).rejects.toMatchObject({
        code: mode === 'soft' ? 'STREAM_DELETED' : 'STREAM_NOT_FOUND',
      })
    }
  })

  test.each<[string, object, Readonly<Record<string, unknown>>]>([
    ['of none', { name: 'delete-none' }, { status: 404, code: 'STREAM_NOT_FOUND' }],
    ['of $all', { name: '$all' }, { status: 400, code: 'READ_ONLY_STREAM' }],
    [
      'in no way',
      { mode: undefined },
      { status: 400, message: expect.stringContaining('mode must be one of soft, hard') },
    ],
    ['of what is not there', { expectedVersion: 'no-stream' }, { status: 400 }],
  ])('%s is refused', async (_, changed, expected) => {
    const request = { name: 'delete-none', mode: 'soft', expectedVersion: 'any', ...changed }
    expect(await refused(admin.post(remove, request))).toMatchObject(expected)
  })
})

describe('subscriptions', () => {
  test('are set back, and forgotten', async () => {
    const { store } = admin
    await store.append('subscribed', newEvents(5), { expectedVersion: 0 })
    const numbers: number[] = []
    const subscription = store.subscribe('subscribed', 'mailer')
    const running = subscription.run((event) => void numbers.push(event.eventNumber)).catch((error: unknown) => error)
    await subscription.reached(5)
    const key = { stream: 'subscribed', name: 'mailer' }
    expect(await admin.posted('/api/subscriptions/reset', { ...key, to: 2 })).toEqual({ before: 5 })
    await eventually(() => expect(numbers).toEqual([1, 2, 3, 4, 5, 3, 4, 5]), { within: 15_000 })
    expect(await admin.posted('/api/subscriptions/delete', key)).toEqual({})
    expect(await running).toMatchObject({ code: 'CLOSED' })
    expect(await admin.json('/api/subscriptions')).toEqual([])
    expect(await admin.posted('/api/subscriptions/delete', key)).toEqual({}) // nothing to do
  })

  test('are not set to where nothing is, and have to be there', async () => {
    const { store } = admin
    const subscription = store.subscribe('$all', 'ahead')
    subscription.connect()
    await subscription.acquired()
    await subscription.close()
    const ahead = { stream: '$all', name: 'ahead', to: 1_000_000 }
    expect(await refused(admin.post('/api/subscriptions/reset', ahead))).toMatchObject({
      status: 409,
      code: 'CHECKPOINT_AHEAD',
    })
    const missing = { stream: '$all', name: 'missing', to: 0 }
    expect(await refused(admin.post('/api/subscriptions/reset', missing))).toMatchObject({
      status: 404,
      code: 'SUBSCRIPTION_NOT_FOUND',
    })
    const negative = { stream: '$all', name: 'ahead', to: -1 }
    expect(await refused(admin.post('/api/subscriptions/reset', negative))).toMatchObject({
      status: 400,
      message: 'to must be a whole number from 0 on, found -1.',
    })
  })
})

test('snapshots are deleted', async () => {
  await admin.store.recordSnapshot({ sourceId: 's-1', sourceVersion: 1, sourceType: 'S', data: 1 })
  expect(await admin.posted('/api/snapshots/delete', { id: 's-1' })).toEqual({})
  expect(await admin.store.readSnapshot('s-1')).toBeUndefined()
  expect(await refused(admin.post('/api/snapshots/delete', {}))).toMatchObject({ status: 400 })
})

test('nothing of this was unexpected', () => {
  expect(admin.failures).toEqual([])
})
