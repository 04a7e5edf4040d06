import { expect, test } from 'vitest'
import { ConnectionNews } from '../../../src/cli/connection-news.ts'
import type { Diagnostic } from '../../../src/index.ts'

const FAILED: Diagnostic = { type: 'read-failed', stream: 's', error: new Error('refused') }
const LOST: Diagnostic = { type: 'connection-lost', connection: 'notifications', error: new Error('cut') }
const CONNECTED: Diagnostic = { type: 'connected', connection: 'notifications', attempt: 1 }

function newsAt() {
  const clock = { now: 0 }
  const told: string[] = []
  const news = new ConnectionNews(
    (sentence) => void told.push(sentence),
    () => clock.now,
  )
  return { news, clock, told }
}

test('an outage is told once, however often it is tried, and so is its end', () => {
  const { news, clock, told } = newsAt()
  news.hear(CONNECTED) // as it begins
  for (const diagnostic of [LOST, FAILED, FAILED, LOST]) {
    clock.now += 1_000
    news.hear(diagnostic)
  }
  news.hear(CONNECTED)
  news.hear(CONNECTED)
  expect(told).toEqual(['The connection is lost, and is tried again: cut', 'Connected again.'])
})

test('an outage that lasts is told again every half minute', () => {
  const { news, clock, told } = newsAt()
  for (; clock.now < 100_000; clock.now += 5_000) news.hear(FAILED)
  expect(told).toEqual(Array(4).fill('Reading failed, and is tried again: refused'))
})

test('connections that come and go all the time are told of every few seconds only', () => {
  const { news, clock, told } = newsAt()
  for (; clock.now < 20_000; clock.now += 100) {
    news.hear(LOST)
    news.hear(CONNECTED)
  }
  expect(told.length).toBeGreaterThan(2)
  expect(told.length).toBeLessThan(12)
})

test('what recovers without anybody noticing is not told', () => {
  const { news, told } = newsAt()
  news.hear({ type: 'connection-lost', connection: 'pool', error: new Error('idle') })
  news.hear({ type: 'connection-lost', connection: 'locks', error: new Error('cut') })
  news.hear({ type: 'connected', connection: 'locks', attempt: 2 })
  expect(told).toEqual([])
  news.hear({ type: 'polling', reason: 'a pooler' })
  expect(told).toEqual(['New events are looked for every second: a pooler'])
})
