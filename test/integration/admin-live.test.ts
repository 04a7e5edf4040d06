import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { EventSummary, LiveState, Sample, SampleHistory, SkippedEvents } from '../../src/admin/api.ts'
import { openAdmin } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startForwarder, unusedPort } from '../support/forwarder.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'

const database = useDatabase()
const numbersOf = (messages: readonly (readonly EventSummary[])[]) =>
  messages.flatMap((events) => events.map(({ eventNumber }) => eventNumber))

describe('who listens to a stream', () => {
  test('is given what is appended from then on, each event once and in order', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(3), { expectedVersion: 0 })
    await using listener = admin.listen('/api/live', { stream: 's' })
    expect(await listener.until<LiveState>('state', 1)).toEqual([{ connected: true, message: null }])
    for (const first of range(4, 13)) await admin.store.append('s', newEvents(2, first), { expectedVersion: 'any' })
    await admin.store.append('other', newEvent(), { expectedVersion: 0 })
    await eventually(() => expect(numbersOf(listener.dataOf('appended'))).toEqual(range(4, 23)))
    expect(listener.dataOf<EventSummary[]>('appended')[0]?.[0]).toMatchObject({
      streamName: 's',
      streamVersion: 4,
      position: 4,
      preview: '{"n":4}',
    })
    expect(listener.heard.at(-1)?.id).toBe('23')
  })

  test('of $all and of links is given those', async () => {
    await using admin = await openAdmin(database.connectionString)
    await using all = admin.listen('/api/live', { after: 0 })
    await using links = admin.listen('/api/live', { stream: 'links' })
    await links.until('state', 1)
    await admin.store.append('s', newEvents(3), { expectedVersion: 0 })
    await admin.store.link('links', await admin.store.read('s').toArray(), { expectedVersion: 0 })
    await eventually(() => expect(numbersOf(all.dataOf('appended'))).toEqual([1, 2, 3]))
    await eventually(() => expect(numbersOf(links.dataOf('appended'))).toEqual([1, 2, 3]))
  })

  test('goes on where it was, as browsers say by Last-Event-ID', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(10), { expectedVersion: 0 })
    await using after = admin.listen('/api/live', { stream: 's', after: 4 })
    expect(numbersOf(await after.until('appended', 1))).toEqual(range(5, 10))
    await using again = admin.listen('/api/live', { stream: 's', after: 4 }, { 'Last-Event-ID': '8' })
    expect(numbersOf(await again.until('appended', 1))).toEqual([9, 10])
    await using end = admin.listen('/api/live', { stream: 's', after: 'end' })
    await end.until('state', 1)
    await admin.store.append('s', newEvent(), { expectedVersion: 10 })
    expect(numbersOf(await end.until('appended', 1))).toEqual([11])
  })

  test('is given the newest two hundred, and told which were skipped', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(1_000), { expectedVersion: 0 })
    await using listener = admin.listen('/api/live', { stream: 's', after: 10 })
    expect(await listener.until<SkippedEvents>('skipped', 1)).toEqual([{ from: 11, to: 800 }])
    expect(numbersOf(await listener.until('appended', 1))).toEqual(range(801, 1_000))
    expect(listener.heard.slice(-2).map(({ id }) => id)).toEqual(['800', '1000'])
    await using exactly = admin.listen('/api/live', { stream: 's', after: 800 })
    expect(numbersOf(await exactly.until('appended', 1))).toEqual(range(801, 1_000))
    expect(exactly.dataOf('skipped')).toEqual([])
  })

  test('is not told of numbers as skipped that a hard delete left empty', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('kept', newEvents(5), { expectedVersion: 0 })
    await admin.store.append('gone', newEvents(1_000), { expectedVersion: 0 })
    await admin.store.deleteStream('gone', { expectedVersion: 1_000, mode: 'hard' })
    await admin.store.append('kept', newEvents(2, 6), { expectedVersion: 5 })
    await using listener = admin.listen('/api/live', { after: 5 })
    await eventually(() => expect(numbersOf(listener.dataOf('appended'))).toEqual([1_006, 1_007]))
    expect(listener.dataOf('skipped')).toEqual([])
  })

  test('is given a stream that is created later, and one that takes the name of a deleted one', async () => {
    await using admin = await openAdmin(database.connectionString)
    await using listener = admin.listen('/api/live', { stream: 'later' })
    await listener.until('state', 1)
    await admin.store.append('later', newEvents(3), { expectedVersion: 0 })
    await eventually(() => expect(numbersOf(listener.dataOf('appended'))).toEqual([1, 2, 3]))
    await admin.store.deleteStream('later', { expectedVersion: 3, mode: 'hard' })
    await admin.store.append('later', newEvents(2), { expectedVersion: 0 })
    await eventually(() => expect(numbersOf(listener.dataOf('appended'))).toEqual([1, 2, 3, 1, 2]))
  })

  test('and does not read is not waited for: what it misses is skipped when it reads on', async () => {
    await using admin = await openAdmin(database.connectionString)
    const { port } = admin.server
    const path = '/api/live?stream=s&after=0'
    let text = ''
    const asked = request({ host: '127.0.0.1', port, path, headers: { Cookie: admin.cookie }, agent: false })
    try {
      const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
        asked.on('response', resolve).on('error', reject).end()
      })
      answer.pause()
      // As much as sockets hold, and more; the previews make it large.
      const large = { type: 'T'.repeat(900), data: 'x'.repeat(300) }
      for (const _ of range(1, 100)) {
        await admin.store.append(
          's',
          range(1, 200).map(() => large),
          { expectedVersion: 'any' },
        )
      }
      const { version } = await admin.store.getStream('s')
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      answer.resume()
      await eventually(() => expect(text).toContain(`id: ${version}\n`), { within: 20_000 })
    } finally {
      asked.destroy()
    }
    const skipped = [...text.matchAll(/event: skipped\nid: \d+\ndata: (.*)\n/g)].map(([, data]) =>
      JSON.parse(data ?? ''),
    )
    const appended = [...text.matchAll(/event: appended\nid: \d+\ndata: (.*)\n/g)].map(([, data]) =>
      JSON.parse(data ?? ''),
    )
    expect(skipped.length).toBeGreaterThan(0)
    const accounted = [
      ...numbersOf(appended),
      ...skipped.flatMap(({ from, to }: SkippedEvents) => range(from, to)),
    ].sort((first, second) => first - second)
    expect(accounted).toEqual(range(1, 20_000))
  })
})

describe('samples', () => {
  test('begin with the history, and tell how far the store and its subscriptions are', async () => {
    await using admin = await openAdmin(database.connectionString)
    await admin.store.append('s', newEvents(5), { expectedVersion: 0 })
    for (const [name, after] of [
      ['near', 4],
      ['far', 1],
    ] as const) {
      const subscription = admin.store.subscribe('s', name, { after })
      subscription.connect()
      await subscription.acquired()
      await subscription.close()
    }
    await using first = admin.listen('/api/samples')
    expect(await first.until<SampleHistory>('history', 1)).toEqual([{ times: [], heads: [], subscriptions: [] }])
    const [sample] = await first.until<Sample>('sample', 1)
    expect(sample).toEqual({
      time: expect.stringMatching(/Z$/),
      head: 5,
      subscriptions: [
        { stream: 's', name: 'far', checkpoint: 1, lag: 4 },
        { stream: 's', name: 'near', checkpoint: 4, lag: 1 },
      ],
    })
    await admin.store.append('s', newEvents(5), { expectedVersion: 5 })
    await eventually(() => expect(first.dataOf<Sample>('sample').at(-1)?.head).toBe(10))
    await using second = admin.listen('/api/samples')
    const [history] = await second.until<SampleHistory>('history', 1)
    expect([history?.times[0], history?.heads[0]]).toEqual([sample?.time, 5])
    expect(history?.subscriptions.map(({ name, lags }) => [name, lags[0]])).toEqual([
      ['far', 4],
      ['near', 1],
    ])
    await using third = admin.listen('/api/samples', { after: history?.times[0] ?? '' })
    const [rest] = await third.until<SampleHistory>('history', 1)
    expect(rest?.times).not.toContain(history?.times[0])
  })
})

describe('while the database is away', () => {
  test('answers say so, who listens is told, and all go on by themselves when it is back', async () => {
    const port = await unusedPort()
    const through = new URL(database.connectionString)
    through.port = String(port)
    let forwarder: AsyncDisposable | undefined = await startForwarder(database.connectionString, port)
    try {
      await using admin = await openAdmin(database.connectionString, { through: through.href })
      await admin.store.append('s', newEvents(3), { expectedVersion: 0 })
      await using live = admin.listen('/api/live', { stream: 's', after: 0 })
      await using samples = admin.listen('/api/samples')
      await live.until('appended', 1)
      await samples.until('sample', 1)

      await forwarder[Symbol.asyncDispose]()
      forwarder = undefined
      const away = (state: LiveState | undefined) => expect(state).toMatchObject({ connected: false })
      for (const listener of [live, samples]) {
        await eventually(() => away(listener.dataOf<LiveState>('state').at(-1)), { within: 15_000 })
      }
      const answer = await admin.get('/api/events')
      expect(answer.status).toBe(503)
      const text = await answer.text()
      expect(text).toMatch(/"code":"CONNECTION"/)
      for (const secret of [through.password, '.ts:', '.js:', 'node_modules']) {
        if (secret !== '') expect(text).not.toContain(secret)
      }
      await admin.store.append('s', newEvents(2, 4), { expectedVersion: 3 })

      forwarder = await startForwarder(database.connectionString, port)
      const back = (state: LiveState | undefined) => expect(state).toEqual({ connected: true, message: null })
      for (const listener of [live, samples]) {
        await eventually(() => back(listener.dataOf<LiveState>('state').at(-1)), { within: 15_000 })
      }
      await eventually(() => expect(numbersOf(live.dataOf('appended'))).toEqual(range(1, 5)))
      await eventually(async () => expect((await admin.get('/api/store')).status).toBe(200))
      expect(admin.failures).toEqual([])
    } finally {
      await forwarder?.[Symbol.asyncDispose]()
    }
  }, 60_000)
})

describe('when the server stops', () => {
  test('it ends at once, with those who listen, and nothing is left open', async () => {
    const admin = await openAdmin(database.connectionString)
    const listeners = [
      admin.listen('/api/live'),
      admin.listen('/api/live', { stream: 'none' }),
      admin.listen('/api/samples'),
    ]
    await Promise.all(listeners.map((listener) => listener.until('state', 1)))
    // One who has not asked yet, and does not go on.
    const half = connect(admin.server.port, '127.0.0.1', () => half.write('GET /api/live HTTP/1.1\r\n'))
    const cut = new Promise((resolve) => half.on('error', () => {}).on('close', resolve))
    await once(half, 'connect')
    const { origin } = admin
    await admin[Symbol.asyncDispose]()
    await cut
    await Promise.all(listeners.map((listener) => listener.over()))
    await expect(fetch(origin)).rejects.toThrow()
    await admin.server.close() // again
  })
})
