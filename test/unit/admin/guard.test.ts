import { describe, expect, test } from 'vitest'
import { type Asked, createToken, judge } from '../../../src/admin/guard.ts'
import { refusalAnswer } from '../../../src/admin/refusal-answer.ts'

const TOKEN = createToken()
const OTHER = createToken()
const PORT = 4001
const OWN = 'http://127.0.0.1:4001'

const HOSTS = [
  '127.0.0.1:4001',
  'localhost:4001',
  '127.0.0.1:4002',
  '127.0.0.1',
  'evil.test',
  'evil.test:4001',
  '',
  undefined,
]
const ORIGINS = [
  undefined,
  OWN,
  'http://localhost:4001',
  'https://127.0.0.1:4001',
  'http://127.0.0.1:4002',
  'http://evil.test',
  'null',
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE']
const FETCH_SITES = [undefined, 'same-origin', 'same-site', 'cross-site', 'none']
const CONTENT_TYPES = [
  undefined,
  'application/json',
  'Application/JSON; charset=utf-8',
  'text/plain',
  'application/jsonx',
]
const CREDENTIALS: readonly (Pick<Asked, 'cookie' | 'authorization'> & { readonly good: boolean })[] = [
  { good: false },
  { good: true, cookie: `eventstore_${PORT}=${TOKEN}` },
  { good: true, cookie: `a=b; eventstore_${PORT}=${OTHER}; eventstore_${PORT}=${TOKEN}` },
  { good: false, cookie: `eventstore_${PORT + 1}=${TOKEN}` },
  { good: false, cookie: `eventstore_${PORT}=${OTHER}` },
  { good: false, cookie: `eventstore_${PORT}=` },
  { good: true, authorization: `Bearer ${TOKEN}` },
  { good: false, authorization: `Bearer ${OTHER}` },
  { good: false, authorization: `Bearer ` },
  { good: false, authorization: `Basic ${TOKEN}` },
  { good: false, authorization: TOKEN },
]

describe('who is let through', () => {
  test('is decided for every combination of headers as the rules say, in their order', () => {
    let [passed, count] = [0, 0]
    const wrong: unknown[] = []
    for (const host of HOSTS) {
      for (const origin of ORIGINS) {
        for (const { good, ...credentials } of CREDENTIALS) {
          for (const method of METHODS) {
            for (const fetchSite of FETCH_SITES) {
              for (const contentType of CONTENT_TYPES) {
                for (const allowWrites of [false, true]) {
                  const asked = { method, target: '/api/store', host, origin, fetchSite, contentType, ...credentials }
                  const verdict = judge(asked, { port: PORT, token: TOKEN, allowWrites })
                  const found = verdict.verdict === 'refuse' ? verdict.code : verdict.verdict
                  const expected = expectedOf(asked, good, allowWrites)
                  if (found !== expected) wrong.push({ ...asked, allowWrites, expected, found })
                  count++
                  if (found === 'pass') passed++
                }
              }
            }
          }
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([])
    expect(count).toBe(8 * 7 * 11 * 6 * 5 * 5 * 2)
    expect(passed).toBeGreaterThan(0)
  })

  test.each([
    [`/?token=${TOKEN}`, 'enter'],
    [`/?x=1&token=${TOKEN}`, 'enter'],
    [`/?token=${OTHER}`, 'UNAUTHORIZED'],
    [`/?token=${TOKEN}x`, 'UNAUTHORIZED'],
    ['/?token=', 'UNAUTHORIZED'],
    [`/api/store?token=${TOKEN}`, 'UNAUTHORIZED'],
    [`/index.html?token=${TOKEN}`, 'UNAUTHORIZED'],
    ['/', 'UNAUTHORIZED'],
    [`//evil.test/?token=${TOKEN}`, 'BAD_REQUEST'],
    [`http://evil.test/?token=${TOKEN}`, 'BAD_REQUEST'],
    ['*', 'BAD_REQUEST'],
    ['', 'BAD_REQUEST'],
  ])('%s without a cookie is answered by %s', (target, expected) => {
    expect(codeOf({ method: 'GET', target, host: '127.0.0.1:4001' })).toBe(expected)
  })

  test('a wrong token in the URL lets nobody in who has a cookie, and a right one only by GET', () => {
    const cookie = `eventstore_${PORT}=${TOKEN}`
    expect(codeOf({ method: 'GET', target: `/?token=${OTHER}`, host: 'localhost:4001', cookie })).toBe('UNAUTHORIZED')
    expect(codeOf({ method: 'HEAD', target: `/?token=${TOKEN}`, host: 'localhost:4001' })).toBe('UNAUTHORIZED')
  })

  test('a link on another site may lead to the page, but to nothing behind it', () => {
    const asked = {
      method: 'GET',
      host: '127.0.0.1:4001',
      cookie: `eventstore_${PORT}=${TOKEN}`,
      fetchSite: 'cross-site',
    }
    expect(codeOf({ ...asked, target: '/' })).toBe('pass')
    expect(codeOf({ ...asked, target: '/api/events' })).toBe('FOREIGN_ORIGIN')
  })

  test('at port 80 browsers do not name the port', () => {
    const asked = { method: 'GET', target: '/', cookie: `eventstore_80=${TOKEN}` }
    const rules = { port: 80, token: TOKEN, allowWrites: false }
    for (const host of ['127.0.0.1', 'localhost'])
      expect(judge({ ...asked, host, origin: `http://${host}` }, rules).verdict).toBe('pass')
    expect(judge({ ...asked, host: 'evil.test' }, rules).verdict).toBe('refuse')
  })

  test('tokens have 32 random bytes', () => {
    expect(Buffer.from(TOKEN, 'base64url')).toHaveLength(32)
    expect(TOKEN).not.toBe(OTHER)
  })
})

describe('how a refusal is answered', () => {
  const refusal = { verdict: 'refuse', status: 401, code: 'UNAUTHORIZED', message: 'No.' } as const

  test('who opens the page gets a page that says what to do', () => {
    for (const target of ['/', '/?token=wrong']) {
      const { headers, body } = refusalAnswer(refusal, target)
      expect(headers).toMatchObject({ 'Content-Type': 'text/html; charset=utf-8', 'WWW-Authenticate': 'Bearer' })
      expect(body).toContain('eventstore admin')
      expect(body).not.toMatch(/<(script|style)|style=|onclick/)
    }
  })

  test('all else is JSON', () => {
    expect(JSON.parse(refusalAnswer(refusal, '/api/store').body)).toEqual({
      error: { code: 'UNAUTHORIZED', message: 'No.' },
    })
    const { headers } = refusalAnswer({ ...refusal, status: 405 }, '/')
    expect(headers).toMatchObject({ Allow: 'GET, HEAD, POST', 'Content-Type': 'application/json' })
  })
})

function codeOf(asked: Asked): string {
  const verdict = judge(asked, { port: PORT, token: TOKEN, allowWrites: true })
  return verdict.verdict === 'refuse' ? verdict.code : verdict.verdict
}

/** The rules, written down once more. */
function expectedOf(
  { method, host, origin, fetchSite, contentType }: Asked,
  good: boolean,
  allowWrites: boolean,
): string {
  if (!['127.0.0.1:4001', 'localhost:4001'].includes(host ?? '')) return 'FOREIGN_HOST'
  if (origin !== undefined && ![OWN, 'http://localhost:4001'].includes(origin)) return 'FOREIGN_ORIGIN'
  if (origin === undefined && (fetchSite === 'same-site' || fetchSite === 'cross-site')) return 'FOREIGN_ORIGIN'
  if (!good) return 'UNAUTHORIZED'
  if (method === 'GET' || method === 'HEAD') return 'pass'
  if (method !== 'POST') return 'METHOD_NOT_ALLOWED'
  if (!allowWrites) return 'READ_ONLY'
  if (fetchSite !== undefined && fetchSite !== 'same-origin') return 'FOREIGN_ORIGIN'
  if (fetchSite === undefined && origin === undefined) return 'FOREIGN_ORIGIN'
  return contentType?.toLowerCase().startsWith('application/json') && contentType !== 'application/jsonx'
    ? 'pass'
    : 'UNSUPPORTED_MEDIA_TYPE'
}
