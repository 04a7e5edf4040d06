import { describe, expect, test } from 'vitest'
import { isWorthCopying } from '../../../src/streams/append-copy.ts'
import { type AppendRequest, toRequest } from '../../../src/streams/append-request.ts'
import { encodedEvents } from '../../support/encoded-events.ts'

/** A request whose events are counted, not made. */
function requestOf(events: number): AppendRequest {
  return { ...toRequest([{ stream: 's', expectedVersion: 'any', events: encodedEvents() }], undefined, []), events }
}

describe('whether a group is worth copying', () => {
  test.each([
    [249, false],
    [250, true],
    [5_000, true],
  ])('depends on its events where the server is near: %i', (events, worth) => {
    expect(isWorthCopying([requestOf(events)], 0.1)).toBe(worth)
    expect(isWorthCopying([requestOf(events - 40), requestOf(40)], 0.5)).toBe(worth)
  })

  test.each([
    [1_000, 2, true],
    [1_000, 10, false],
    [4_000, 10, false],
    [4_100, 10, true],
    [5_000, 100, false],
  ])('must save more than the second round trip costs: %i events, %i ms', (events, roundTrip, worth) => {
    expect(isWorthCopying([requestOf(events)], roundTrip)).toBe(worth)
  })
})
