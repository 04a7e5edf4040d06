import { describe, expect, test } from 'vitest'
import { CheckpointTracker, type Tracked } from '../../../src/subscriptions/checkpoint-tracker.ts'

const open = (tracker: CheckpointTracker, ...numbers: readonly number[]): Tracked[] =>
  numbers.map((number) => {
    const item = { number, done: false }
    tracker.open(item)
    return item
  })

function finish(tracker: CheckpointTracker, item: Tracked | undefined): number {
  if (item) item.done = true
  tracker.advance()
  return tracker.checkpoint
}

describe('the tracker of a checkpoint', () => {
  test('stands before the first event that is open, whatever is done behind it', () => {
    const tracker = new CheckpointTracker(4)
    const [five, six, nine] = open(tracker, 5, 6, 9)
    expect(finish(tracker, six)).toBe(4)
    expect(finish(tracker, five)).toBe(6)
    expect(finish(tracker, nine)).toBe(9)
  })

  test('moves at once over what nobody has to see when nothing is open', () => {
    const tracker = new CheckpointTracker(0)
    tracker.skip(1)
    tracker.skip(7)
    expect(tracker.checkpoint).toBe(7)
  })

  test('moves over what nobody has to see with the open event before it', () => {
    const tracker = new CheckpointTracker(0)
    const [one] = open(tracker, 1)
    for (const number of [2, 3, 4]) tracker.skip(number)
    const [five] = open(tracker, 5)
    tracker.skip(6)
    expect(tracker.checkpoint).toBe(0)
    expect(finish(tracker, one)).toBe(4)
    expect(finish(tracker, five)).toBe(6)
  })

  test('counts what nobody has to see behind an event that is done out of order', () => {
    const tracker = new CheckpointTracker(0)
    const [one, two] = open(tracker, 1, 2)
    expect(finish(tracker, two)).toBe(0)
    tracker.skip(3)
    tracker.skip(4)
    expect(tracker.checkpoint).toBe(0)
    expect(finish(tracker, one)).toBe(4)
  })
})
