import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoreFacts } from '../../src/admin/api.ts'
import { SECURITY_HEADERS } from '../../src/admin/headers.ts'
import { type OpenAdmin, openAdmin, refused } from '../support/admin-server.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent } from '../support/new-events.ts'
import { rejection } from '../support/settled.ts'

const database = useDatabase()
let admin: OpenAdmin
let writable: OpenAdmin

beforeAll(async () => {
  admin = await openAdmin(database.connectionString)
  writable = await openAdmin(database.connectionString, { allowWrites: true })
})
afterAll(async () => {
  await admin[Symbol.asyncDispose]()
  await writable[Symbol.asyncDispose]()
})

const APPEND = { stream: 's', expectedVersion: 'any', events: [{ type: 'A', data: 1 }] }

describe('the token', () => {
  test('in the URL that is printed lets a browser in, which then shows a cookie', async () => {
    const entered = await fetch(admin.server.url, { redirect: 'manual' })
    expect(entered.status).toBe(303)
    expect(entered.headers.get('Location')).toBe('/')
    const [cookie = ''] = entered.headers.getSetCookie()
    const name = `eventstore_${admin.server.port}`
    expect(cookie).toBe(`${name}=${admin.server.token}; HttpOnly; SameSite=Strict; Path=/`)
    const facts = await admin.get('/api/store', { headers: { Cookie: cookie.split(';')[0] ?? '' } })
    expect(facts.status).toBe(200)
  })

  test('is also taken as a bearer', async () => {
    const answer = await admin.get('/api/store', { headers: { Authorization: `Bearer ${admin.server.token}` } })
    expect(((await answer.json()) as StoreFacts).schema).toBe(admin.store.schema)
  })

  test.each([
    ['no token', () => admin.get('/api/store', { headers: {} })],
    ['a wrong cookie', () => admin.get('/api/store', { headers: { Cookie: `eventstore_${admin.server.port}=wrong` } })],
    ["another server's", () => admin.get('/api/store', { headers: { Cookie: writable.cookie } })],
    ['a wrong bearer', () => admin.get('/api/store', { headers: { Authorization: 'Bearer wrong' } })],
    ['no token for a file', () => admin.get('/assets/index.js', { headers: {} })],
    ['no token for what is not there', () => admin.get('/api/nothing', { headers: {} })],
    ['no token for a change', () => admin.get('/api/streams/append', { headers: {}, method: 'POST' })],
  ])('is asked for: %s', async (_, ask) => {
    const { status, code, message } = await refused(ask())
    expect({ status, code }).toEqual({ status: 401, code: 'UNAUTHORIZED' })
    expect(message).toContain('eventstore admin')
  })

  test('when it is wrong, the page says what to do', async () => {
    for (const path of ['/', '/?token=wrong']) {
      const answer = await fetch(`${admin.origin}${path}`)
      expect([answer.status, answer.headers.get('Content-Type')]).toEqual([401, 'text/html; charset=utf-8'])
      const text = await answer.text()
      expect(text).toContain('Open the URL that <code>eventstore admin</code> printed')
      expect(text).not.toContain(admin.server.token)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })
})

describe('other sites', () => {
  test.each(['evil.test', 'evil.test:80', '127.0.0.1', 'localhost', '127.0.0.1:1', '[::1]:80'])(
    'cannot reach it under the name %j',
    async (host) => {
      expect(await askAs(host, '/api/store')).toMatchObject({
        status: 403,
        body: expect.stringContaining('FOREIGN_HOST'),
      })
      expect(await askAs(host, `/?token=${admin.server.token}`)).toMatchObject({ status: 403 })
    },
  )

  test('it is reached as localhost, too', async () => {
    expect(await askAs(`localhost:${admin.server.port}`, '/api/store')).toMatchObject({ status: 200 })
  })

  test.each(['http://evil.test', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1'])(
    'may not ask: Origin %s',
    async (origin) => {
      const headers = { Cookie: admin.cookie, Origin: origin }
      expect(await refused(admin.get('/api/store', { headers }))).toMatchObject({ status: 403, code: 'FOREIGN_ORIGIN' })
      expect(await refused(writable.post('/api/streams/append', APPEND, { Origin: origin }))).toMatchObject({
        status: 403,
        code: 'FOREIGN_ORIGIN',
      })
    },
  )

  test('may not change anything, also where the browser tells no Origin', async () => {
    const ask = (headers: Readonly<Record<string, string>>) =>
      fetch(`${writable.origin}/api/streams/append`, {
        method: 'POST',
        headers: { Cookie: writable.cookie, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(APPEND),
      })
    expect(await refused(ask({}))).toMatchObject({ status: 403, code: 'FOREIGN_ORIGIN' })
    const { port } = writable.server
    const crossSite = { Host: `127.0.0.1:${port}`, Cookie: writable.cookie, 'Sec-Fetch-Site': 'cross-site' }
    expect(await rawRequest(port, '/api/streams/append', 'POST', crossSite)).toMatchObject({ status: 403 })
    await expect(writable.store.getStream('s')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  })

  test('no other machine reaches it', async () => {
    const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses.flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : [])),
    )
    for (const address of others) {
      expect(await rejection(fetch(`http://${address}:${admin.server.port}/`))).toBeInstanceOf(TypeError)
    }
  })
})

describe('changes', () => {
  test.each([
    '/api/streams/append',
    '/api/streams/delete',
    '/api/subscriptions/reset',
    '/api/subscriptions/delete',
    '/api/snapshots/delete',
  ])('POST %s is refused unless the server was started with --allow-writes', async (path) => {
    const { status, code, message } = await refused(admin.post(path, APPEND))
    expect({ status, code }).toEqual({ status: 403, code: 'READ_ONLY' })
    expect(message).toContain('--allow-writes')
  })

  test('are JSON, and no form', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(await refused(writable.post('/api/streams/append', APPEND, { 'Content-Type': type }))).toMatchObject({
        status: 415,
        code: 'UNSUPPORTED_MEDIA_TYPE',
      })
    }
  })

  test('are POST', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await admin.get('/api/streams', { method, headers: { Cookie: admin.cookie } })
      expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST'])
    }
    expect(await refused(admin.get('/api/streams/append'))).toMatchObject({ status: 404 })
    expect(await refused(writable.post('/api/streams', {}))).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })
})

describe('the headers', () => {
  const expected = Object.entries(SECURITY_HEADERS).filter(([name]) => name !== 'Cache-Control')

  test.each([
    ['an answer', () => admin.get('/api/store')],
    ['the head of an answer', () => admin.get('/api/store', { method: 'HEAD', headers: { Cookie: admin.cookie } })],
    ['the page', () => admin.get('/')],
    ['what is not there', () => admin.get('/nothing.js')],
    ['an API that is not there', () => admin.get('/api/nothing')],
    ['a bad parameter', () => admin.get('/api/streams?page=x')],
    ['letting in', () => fetch(admin.server.url, { redirect: 'manual' })],
    ['a wrong token', () => fetch(`${admin.origin}/?token=wrong`)],
    ['a refused method', () => admin.get('/', { method: 'PUT', headers: { Cookie: admin.cookie } })],
    ['a refused change', () => admin.post('/api/streams/append', APPEND)],
    ['a body that is no JSON', () => writable.post('/api/streams/append', '{')],
  ])('of %s keep everybody else out', async (_, ask) => {
    const { headers } = await ask()
    for (const [name, value] of expected) expect([name, headers.get(name)]).toEqual([name, value])
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
    expect(headers.get('X-Powered-By')).toBeNull()
  })

  test('of server-sent events, too', async () => {
    const left = new AbortController()
    const { headers } = await admin.get('/api/live', { headers: { Cookie: admin.cookie }, signal: left.signal })
    for (const [name, value] of expected) expect([name, headers.get(name)]).toEqual([name, value])
    expect(headers.get('Cache-Control')).toBe('no-store')
    left.abort()
  })

  test.each([
    ['no HTTP', 'HELLO\r\n\r\n', '400 Bad Request'],
    [
      'an absolute target',
      'GET http://evil.test/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      '400 Bad Request',
    ],
    ['two slashes', 'GET //evil.test/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n', '400 Bad Request'],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n', '403 Forbidden'],
    ['no Host where there must be one', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', '403 Forbidden'],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: evil.test\r\nHost: HOST\r\nConnection: close\r\n\r\n', '403 Forbidden'],
    ['no Host', 'GET / HTTP/1.0\r\n\r\n', '403 Forbidden'],
    ['very long headers', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`, '431 Request Header Fields Too Large'],
  ])('of the answer to %s, too', async (_, text, status) => {
    const answer = await rawText(admin.server.port, text.replace('HOST', `127.0.0.1:${admin.server.port}`))
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`)
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(answer).toContain(`${name}: ${value}\r\n`)
  })
})

describe('requests that are wrong', () => {
  test('are told what was expected and what was found, and nothing else', async () => {
    const bad: readonly (readonly [path: string, message: string])[] = [
      ['/api/streams?page=0', 'page must be a whole number from 1 on, found "0".'],
      ['/api/streams?pageSize=1000', 'pageSize must be a whole number from 1 to 200, found "1000".'],
      ['/api/streams?sortBy=size', 'sortBy must be one of name, version, createdAt, deletedAt, found "size".'],
      ['/api/streams?sort=name', 'There is no parameter "sort" here; expected search, sortBy'],
      ['/api/stream', 'name is missing.'],
      ['/api/stream?name=%00', 'name must be text, found the character U+0000.'],
      ['/api/events?direction=up', 'direction must be one of forwards, backwards, found "up".'],
      ['/api/events?from=last', 'from must be a whole number from 0 on, found "last".'],
      ['/api/events?correlationId=1', 'correlationId must be a UUID, found "1".'],
      ["/api/event?id=1'; DROP TABLE events", 'id must be a UUID'],
      ['/api/event', 'id is missing: expected a UUID.'],
      ['/api/event/content?id=018f0000-0000-7000-8000-000000000001&part=all', 'part must be one of data, metadata'],
      ['/api/live?after=start', 'after must be a whole number from 0 on, found "start".'],
      ['/api/store?x=1', 'There is no parameter "x" here; expected none.'],
    ]
    for (const [path, message] of bad) {
      const found = await refused(admin.get(path))
      expect(found).toMatchObject({ status: 400, code: 'BAD_REQUEST', message: expect.stringContaining(message) })
    }
    const headers = { Cookie: admin.cookie, 'Last-Event-ID': 'x' }
    expect(await refused(admin.get('/api/live', { headers }))).toMatchObject({ status: 400 })
  })

  test('a body that is too large is refused, whether or not it says its size', async () => {
    const events = [{ type: 'A', data: 'x'.repeat(17 * 1024 * 1024) }]
    expect(await refused(writable.post('/api/streams/append', { ...APPEND, events }))).toMatchObject({
      status: 413,
      code: 'TOO_LARGE',
    })
    const chunk = new Uint8Array(1024 * 1024).fill(0x20)
    const streamed = await fetch(`${writable.origin}/api/streams/append`, {
      method: 'POST',
      headers: { Cookie: writable.cookie, Origin: writable.origin, 'Content-Type': 'application/json' },
      body: new ReadableStream({
        start(controller) {
          for (let count = 0; count < 20; count++) controller.enqueue(chunk)
          controller.close()
        },
      }),
      duplex: 'half',
    })
    expect(await refused(streamed)).toMatchObject({ status: 413, code: 'TOO_LARGE' })
    await writable.store.append('after', newEvent(), { expectedVersion: 'any' })
    expect((await writable.get('/api/stream?name=after')).status).toBe(200)
  })

  test('none of them was unexpected', () => {
    expect([...admin.failures, ...writable.failures]).toEqual([])
  })
})

test('a port that is taken is refused with what to do', async () => {
  const { port } = admin.server
  const { startAdminServer } = await import('../../src/admin/server.ts')
  const { openBoundedOperations } = await import('../../src/operations/bounded-operations.ts')
  await using operations = openBoundedOperations(database.connectionString, admin.store.schema)
  const options = { store: admin.store, operations, payload: 'json', address: '', database: '' } as const
  const starting = startAdminServer({ ...options, port, allowWrites: false, onFailure: () => {} })
  await expect(starting).rejects.toThrow(`Port ${port} of 127.0.0.1 cannot be listened on: it is in use`)
})

interface Answered {
  readonly status: number
  readonly body: string
}

function askAs(host: string, path: string): Promise<Answered> {
  return rawRequest(admin.server.port, path, 'GET', { Host: host, Cookie: admin.cookie })
}

/** As only a program can ask: `fetch` would not let it say who it is. */
function rawRequest(
  port: number,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      let body = ''
      answer
        .setEncoding('utf8')
        .on('data', (piece) => {
          body += piece
        })
        .on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}

/** Sends bytes as they are, and resolves to all that comes back. */
function rawText(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket
      .setEncoding('utf8')
      .on('data', (piece) => {
        answer += piece
      })
      .on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
      .on('close', () => resolve(answer))
  })
}
