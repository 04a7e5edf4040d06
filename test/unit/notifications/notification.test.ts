import { describe, expect, test } from 'vitest'
import { fromPayload, type Notification, toPayload } from '../../../src/notifications/notification.ts'

describe('a notification', () => {
  test.each<Notification>([
    { type: 'everything' },
    { type: 'subscriptions' },
    { type: 'grown', streams: ['$all'] },
    { type: 'grown', streams: ['a', 'with "quotes"', 'with, comma', 'Straße 🚆', 'subscriptions', 'echo '] },
  ])('comes back from its payload: %j', (notification) => {
    expect(fromPayload(toPayload(notification))).toEqual(notification)
  })

  test('names streams as long as they fit the bytes of a payload', () => {
    const payloadOf = (length: number) => toPayload({ type: 'grown', streams: ['x'.repeat(length)] })
    expect(Buffer.byteLength(payloadOf(7_995))).toBe(7_999)
    expect(payloadOf(7_996)).toBe(toPayload({ type: 'everything' }))
    expect(toPayload({ type: 'grown', streams: ['é'.repeat(4_000)] })).toBe(toPayload({ type: 'everything' }))
  })

  test.each(['', '{}', '[1]', '["a",2]', 'null', '"text"', 'not JSON', '{"v":2}'])(
    'of a payload that is none of ours means everything: %j',
    (payload) => {
      expect(fromPayload(payload)).toEqual({ type: 'everything' })
    },
  )
})
