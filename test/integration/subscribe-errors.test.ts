import { describe, expect, test } from 'vitest'
import { CheckpointAheadError, ConnectionError, type RecordedEvent, type SubscriptionOptions } from '../../src/index.ts'
import { checkpointInTable } from '../support/checkpoints.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent, newEvents } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { runSql } from '../support/run-sql.ts'
import { rejection } from '../support/settled.ts'
import { KINDS, openTarget } from '../support/target.ts'

const database = useDatabase()

type Options = SubscriptionOptions<Record<string, unknown>>

describe.each(KINDS)('a subscription to %s ends with the error', (kind) => {
  test.each<[what: string, error: Error, options: (fail: (event: RecordedEvent) => boolean) => Options]>([
    ['that its filter throws', new Error('a mistake in the filter'), (filter) => ({ filter })],
    ['of the store that its filter throws', new ConnectionError('of another database'), (filter) => ({ filter })],
    [
      'that partitionBy throws',
      new Error('a mistake in partitionBy'),
      (fail) => ({ partitionBy: (event) => String(fail(event)) }),
    ],
  ])('%s, for everybody, and nothing of that is acknowledged', async (_, mistake, options) => {
    await using target = await openTarget(kind, database.connectionString)
    const fail = ({ eventNumber }: RecordedEvent) => {
      if (eventNumber === 3) throw mistake
      return true
    }
    const subscription = target.store.subscribe(target.stream, 'failing', options(fail))
    await using other = target.store.subscribe(target.stream, 'other')
    const handled: number[] = []
    const iterated = receive(subscription.connect({ maxInFlight: 5 }))
    const running = rejection(
      subscription.run(({ eventNumber }) => {
        handled.push(eventNumber)
      }),
    )
    await using healthy = receive(other.connect({ maxInFlight: 9 }))
    const waiting = [subscription.reached(9)].map(rejection)
    await target.append(5)
    expect(await rejection(iterated.ended)).toBe(mistake)
    expect(await running).toBe(mistake)
    expect(await Promise.all(waiting)).toEqual([mistake])
    expect(subscription.state).toBe('closed')
    for (const refused of [subscription.run(() => {}), subscription.acquired()]) {
      expect(await rejection(refused)).toBe(mistake)
    }
    expect(() => subscription.connect()).toThrow(mistake)
    await subscription.close()
    const { schema } = target.store
    expect(await checkpointInTable(database.connectionString, schema, 'failing')).toBeLessThan(3)
    expect(numbersOf(await healthy.until(5))).toEqual([1, 2, 3, 4, 5])
    await using again = target.store.subscribe(target.stream, 'failing')
    const subscriber = again.connect({ maxInFlight: 9 })
    await using received = receive(subscriber)
    expect(numbersOf(await received.until(3))).toContain(3)
  })

  test('that the serializer throws, and nothing of that is acknowledged', async () => {
    const mistake = new Error('cannot be deserialized')
    let broken = true
    const serializer = {
      serialize: (value: unknown) => JSON.stringify(value),
      deserialize: (content: string | Uint8Array, { type }: { readonly type: string }) => {
        if (broken && type === 'Broken') throw mistake
        return JSON.parse(String(content))
      },
    }
    await using target = await openTarget(kind, database.connectionString, { serializer })
    await target.append(2)
    const subscription = target.store.subscribe(target.stream, 'failing')
    const subscriber = subscription.connect({ maxInFlight: 5 })
    const iterated = receive(subscriber)
    await iterated.until(2)
    const event = { type: 'Broken', data: 1, id: crypto.randomUUID() }
    await target.store.append(kind === 'a stream' ? 's' : 'another', event, { expectedVersion: 'any' })
    if (kind === 'a stream of links') await target.store.link('links', [event.id], { expectedVersion: 'any' })
    expect(await rejection(iterated.ended)).toBe(mistake)
    await subscription.close()
    const { schema } = target.store
    expect(await checkpointInTable(database.connectionString, schema, 'failing')).toBe(0)
    broken = false
    await using again = target.store.subscribe(target.stream, 'failing')
    await using received = receive(again.connect({ maxInFlight: 9 }))
    expect(numbersOf(await received.until(3))).toEqual([1, 2, 3])
  })

  test('CheckpointAheadError when its checkpoint was acknowledged past the end', async () => {
    await using target = await openTarget(kind, database.connectionString)
    await target.append(3)
    const first = target.store.subscribe(target.stream, 'sub')
    const running = first.run(() => {})
    await first.reached(3)
    await first.close()
    await running
    const { schema } = target.store
    await runSql(database.connectionString, `UPDATE ${schema}.subscriptions SET checkpoint = 9`)
    const subscription = target.store.subscribe(target.stream, 'sub')
    const error = await rejection(subscription.run(() => {}))
    expect(error).toBeInstanceOf(CheckpointAheadError)
    expect(error).toMatchObject({ code: 'CHECKPOINT_AHEAD', checkpoint: 9, head: 3 })
    expect(String(error)).toMatch(/lost commits/)
    expect(subscription.state).toBe('closed')
    await subscription.close()
    await runSql(database.connectionString, `UPDATE ${schema}.subscriptions SET checkpoint = 3`)
    await target.append()
    await using again = target.store.subscribe(target.stream, 'sub')
    await using received = receive(again.connect())
    expect(numbersOf(await received.until(1))).toEqual([4])
  })

  test('not CheckpointAheadError when it begins after a number past the end: it waits', async () => {
    await using target = await openTarget(kind, database.connectionString)
    await target.append(2)
    for (const _ of [1, 2]) {
      await using subscription = target.store.subscribe(target.stream, 'sub', { after: 4 })
      await using received = receive(subscription.connect())
      await subscription.acquired()
      expect(subscription.checkpoint).toBe(4)
      expect(received.items).toEqual([])
    }
    await using subscription = target.store.subscribe(target.stream, 'sub', { after: 4 })
    await using received = receive(subscription.connect({ maxInFlight: 5 }))
    await target.append(4)
    expect(numbersOf(await received.until(2))).toEqual([5, 6])
  })
})

test('a subscription in a schema that is missing rejects for everybody, and opens nothing that stays', async () => {
  await using target = await openTarget('$all', database.connectionString)
  await runSql(database.connectionString, `DROP SCHEMA ${target.store.schema} CASCADE`)
  const other = target.sibling()
  const subscription = other.subscribe('$all', 'sub')
  const iterated = receive(subscription.connect())
  expect(await rejection(subscription.run(() => {}))).toMatchObject({ code: 'MIGRATION_REQUIRED' })
  expect(await rejection(iterated.ended)).toMatchObject({ code: 'MIGRATION_REQUIRED' })
  await subscription.close()
  expect(await rejection(other.append('s', newEvent(), { expectedVersion: 'any' }))).toMatchObject({
    code: 'MIGRATION_REQUIRED',
  })
})

test('an error of one subscription leaves those of the same store on the same sessions alone', async () => {
  await using target = await openTarget('$all', database.connectionString)
  await using other = target.store.subscribe('$all', 'other')
  await using received = receive(other.connect({ maxInFlight: 100 }))
  for (const n of [1, 2, 3]) {
    const failing = target.store.subscribe('$all', 'failing', {
      filter: () => {
        throw new Error(`${n}`)
      },
    })
    const running = rejection(failing.run(() => {}))
    await target.store.append('s', newEvents(1), { expectedVersion: 'any' })
    expect(await running).toMatchObject({ message: `${n}` })
    await failing.close()
    await received.until(n)
  }
  expect(target.diagnostics.filter((diagnostic) => diagnostic.type === 'connection-lost')).toEqual([])
})
