import { describe, expect, test } from 'vitest'
import type { RecordedEvent, Subscription } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { range } from '../support/new-events.ts'
import { expectGiven, Recorder } from '../support/subscribers.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

/** As many subscribers as there are numbers, with these capacities, in this order. */
function recorders<const Capacities extends readonly number[]>(
  subscription: Subscription<Record<string, unknown>>,
  ...capacities: Capacities
) {
  return capacities.map((capacity) => new Recorder(subscription, capacity)) as { [Key in keyof Capacities]: Recorder }
}

describe.each(KINDS)('subscribers that compete for %s', (kind) => {
  const open = async (options: object = {}) => {
    const target = await openTarget(kind, database.connectionString)
    return { target, subscription: target.store.subscribe(target.stream, 'sub', options) }
  }

  test('get one event each, in the order in which they connected', async () => {
    const { target, subscription } = await open()
    await using _ = target
    const all = recorders(subscription, 1, 1, 1)
    await subscription.acquired()
    await target.append(3)
    await expectGiven(all, [[1], [2], [3]])
  })

  test('get the next event when they have acknowledged the last', async () => {
    const { target, subscription } = await open()
    await using _ = target
    await target.append(6)
    const [a, b] = recorders(subscription, 1, 1)
    await expectGiven([a, b], [[1], [2]])
    for (const n of [2, 3, 4]) {
      b.ack(n)
      await expectGiven([a, b], [[1], range(2, n + 1)])
    }
    a.ack(1)
    await expectGiven(
      [a, b],
      [
        [1, 6],
        [2, 3, 4, 5],
      ],
    )
  })

  test('that acknowledge out of order move the checkpoint over contiguous events only', async () => {
    const { target, subscription } = await open()
    await using _ = target
    await target.append(8)
    const [a, b, c] = recorders(subscription, 1, 1, 1)
    await expectGiven([a, b, c], [[1], [2], [3]])
    const steps: [recorder: Recorder, event: number, checkpoint: number][] = [
      [b, 2, 0],
      [c, 3, 0],
      [a, 1, 3],
      [c, 5, 3],
      [a, 6, 3],
      [b, 4, 6],
    ]
    for (const [recorder, event, checkpoint] of steps) {
      await expectGivenTo(recorder, event)
      recorder.ack(event)
      expect(subscription.checkpoint).toBe(checkpoint)
    }
    await subscription.reached(6)
  })

  test('take over, first, what one of them had when it left', async () => {
    const { target, subscription } = await open()
    await using _ = target
    await target.append(6)
    const [a, b] = recorders(subscription, 1, 1)
    await expectGiven([a, b], [[1], [2]])
    await a.subscriber.close()
    expect(subscription.checkpoint).toBe(0)
    b.ack(2)
    expect(subscription.checkpoint).toBe(0)
    await expectGiven([b], [[2, 1]])
    b.ack(1)
    expect(subscription.checkpoint).toBe(2)
    await expectGiven([b], [[2, 1, 3]])
  })

  test('take over several events of a leaver as they have room for them', async () => {
    const { target, subscription } = await open()
    await using _ = target
    await target.append(4)
    const [a, b] = recorders(subscription, 2, 2)
    await expectGiven(
      [a, b],
      [
        [1, 3],
        [2, 4],
      ],
    )
    await a.subscriber.close()
    b.ack(2)
    await expectGiven([b], [[2, 4, 1]])
    expect(subscription.checkpoint).toBe(0)
    b.ack(1) // and 4, which was given before it
    expect(subscription.checkpoint).toBe(2)
    await expectGiven([b], [[2, 4, 1, 3]])
    b.ack(3)
    expect(subscription.checkpoint).toBe(4)
  })

  test('get what is waiting as soon as they connect', async () => {
    const { target, subscription } = await open()
    await using _ = target
    await target.append(5)
    const [a] = recorders(subscription, 1)
    await expectGiven([a], [[1]])
    const [b, c] = recorders(subscription, 1, 3)
    await expectGiven([a, b, c], [[1], [2], [3, 4, 5]])
  })

  test('with filters: what is refused counts as acknowledged', async () => {
    const filter = ({ eventNumber }: RecordedEvent) => eventNumber % 3 === 0
    const { target, subscription } = await open({ filter })
    await using _ = target
    await target.append(13)
    const [a, b] = recorders(subscription, 1, 1)
    await expectGiven([a, b], [[3], [6]])
    expect(subscription.checkpoint).toBe(2)
    a.ack(3)
    expect(subscription.checkpoint).toBe(5)
    await expectGiven([a, b], [[3, 9], [6]])
    a.ack(9)
    expect(subscription.checkpoint).toBe(5)
    await expectGiven([a, b], [[3, 9, 12], [6]])
    b.ack(6)
    expect(subscription.checkpoint).toBe(11)
    a.ack(12)
    expect(subscription.checkpoint).toBe(13)
  })

  test('with different capacities take turns as long as there is room', async () => {
    const { target, subscription } = await open()
    await using _ = target
    await target.append(12)
    const [a, b] = recorders(subscription, 2, 3)
    await expectGiven(
      [a, b],
      [
        [1, 3],
        [2, 4, 5],
      ],
    )
    a.ack(1)
    await expectGiven(
      [a, b],
      [
        [1, 3, 6],
        [2, 4, 5],
      ],
    )
    b.ack(5)
    await expectGiven(
      [a, b],
      [
        [1, 3, 6],
        [2, 4, 5, 7, 8, 9],
      ],
    )
    a.ack(6)
    await expectGiven(
      [a, b],
      [
        [1, 3, 6, 10, 11],
        [2, 4, 5, 7, 8, 9],
      ],
    )
    b.ack(7)
    await expectGiven(
      [a, b],
      [
        [1, 3, 6, 10, 11],
        [2, 4, 5, 7, 8, 9, 12],
      ],
    )
  })

  test('share out what is stored and what comes, each event to one of them', async () => {
    const { target, subscription } = await open({ maxQueued: 7 })
    await using _ = target
    await target.append(30)
    const handled = range(1, 4).map((): number[] => [])
    const runs = handled.map((numbers, index) =>
      subscription.run(
        async ({ eventNumber }) => {
          numbers.push(eventNumber)
        },
        { maxInFlight: index + 1 },
      ),
    )
    for (const _round of range(1, 5)) await target.append(14)
    await subscription.reached(100)
    await subscription.close()
    await Promise.all(runs)
    expect(handled.flat().toSorted((a, b) => a - b)).toEqual(range(1, 100))
    for (const numbers of handled) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  })
})

async function expectGivenTo(recorder: Recorder, event: number): Promise<void> {
  await expect.poll(() => recorder.given, { interval: 2 }).toContain(event)
}
