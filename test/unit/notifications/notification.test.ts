import { describe, expect, test } from 'vitest'
import { fromPayload, type Notification, toPayload } from '../../../src/notifications/notification.ts'

describe('a notification', () => {
  test.each([
    { type: 'grown', streams: null },
    { type: 'grown', streams: null, sender: 'me' },
    { type: 'grown', streams: ['a'], sender: 'me' },
    { type: 'subscriptions' },
    { type: 'grown', streams: ['$all'] },
    { type: 'grown', streams: ['a', 'with "quotes"', 'with, comma', 'Straße 🚆', 'subscriptions', 'echo '] },
  ] satisfies Notification[])('comes back from its payload: %j', (notification) => {
    expect(fromPayload(toPayload(notification as Notification))).toEqual(notification)
  })

  test('names streams as long as they fit the bytes of a payload', () => {
    const payloadOf = (length: number) => toPayload({ type: 'grown', streams: ['x'.repeat(length)] })
    const any = toPayload({ type: 'grown', streams: null })
    expect(Buffer.byteLength(payloadOf(7_983))).toBe(7_999)
    expect(payloadOf(7_984)).toBe(any)
    expect(toPayload({ type: 'grown', streams: ['é'.repeat(4_000)] })).toBe(any)
    expect(fromPayload(toPayload({ type: 'grown', streams: ['x'.repeat(8_000)], sender: 'me' }))).toMatchObject({
      sender: 'me',
    })
  })

  test.each(['', '{}', '["a"]', '{"streams":["a",2]}', 'null', '"text"', 'not JSON', '{"v":2}'])(
    'of a payload that is none of ours means that any stream may have grown: %j',
    (payload) => {
      expect(fromPayload(payload)).toEqual({ type: 'grown', streams: null })
    },
  )
})
