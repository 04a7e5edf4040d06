import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents, range } from '../support/new-events.ts'
import { numbersOf, receive } from '../support/received.ts'
import { openTarget } from '../support/target.ts'

const database = useDatabase()

const open = () => openTarget('a stream', database.connectionString)
const namesAndNumbers = (events: readonly RecordedEvent[]) =>
  events.map(({ streamName, streamVersion }) => `${streamName} ${streamVersion}`)

describe('a follower of a stream', () => {
  test('that is soft deleted stays silent, and others go on', async () => {
    await using target = await open()
    await using received = receive(target.store.follow('s', { after: 'start' }))
    await target.append(2)
    await received.until(2)
    await target.store.deleteStream('s', { expectedVersion: 2 })
    await using late = receive(target.store.follow('s', { after: 'start' }))
    await using other = receive(target.store.follow('other', { after: 'start' }))
    await other.until(3)
    expect(numbersOf(received.items)).toEqual([1, 2])
    expect(late.items).toEqual([])
  })

  test.each(['through this store', 'through another store'])(
    'that is hard deleted and created again %s goes on with version 1',
    async (how) => {
      await using target = await open()
      const through = how === 'through this store' ? target.store : target.sibling()
      await target.append(3)
      await using fromStart = receive(target.store.follow('s', { after: 'start' }))
      await using fromEnd = receive(target.store.follow('s'))
      await target.append() // waits until the end is known to who follows it
      await fromStart.until(4)
      await fromEnd.until(1)
      for (const round of range(1, 3)) {
        await through.deleteStream('s', { expectedVersion: 'any', mode: 'hard' })
        await through.append('s', newEvents(2, round * 10), { expectedVersion: 'no-stream' })
        await fromStart.until(4 + 2 * round)
        await fromEnd.until(1 + 2 * round)
      }
      const again = [1, 2, 1, 2, 1, 2]
      expect(numbersOf(fromStart.items)).toEqual([1, 2, 3, 4, ...again])
      expect(numbersOf(fromEnd.items)).toEqual([4, ...again])
      expect(fromEnd.items.map(({ data }) => data)).toEqual([4, 10, 11, 20, 21, 30, 31].map((n) => ({ n })))
    },
  )

  test('that is made of links goes on past what a hard delete took out of it', async () => {
    await using target = await open()
    const append = async (stream: string, count: number) => {
      await target.store.append(stream, newEvents(count), { expectedVersion: 'any' })
      return await target.store.read(stream).toArray()
    }
    const gone = await append('gone', 3)
    const kept = await append('kept', 2)
    await target.store.link('links', [...kept.slice(0, 1), ...gone], { expectedVersion: 'no-stream' })
    await target.store.deleteStream('gone', { expectedVersion: 'any', mode: 'hard' })
    await using received = receive(target.store.follow('links', { after: 'start' }))
    await received.until(1)
    await target.store.link('links', kept.slice(1), { expectedVersion: 4 })
    expect(numbersOf(await received.until(2))).toEqual([1, 5])
  })
})

describe('a follower of $all', () => {
  test('gets the events of a soft deleted stream', async () => {
    await using target = await open()
    await target.append(2)
    await target.store.deleteStream('s', { expectedVersion: 2 })
    await using received = receive(target.store.follow('$all', { after: 'start' }))
    expect(namesAndNumbers(await received.until(5))).toEqual(['other 1', 'other 2', 'other 3', 's 1', 's 2'])
  })

  test('does not get the events of a hard deleted stream, also when it is the last of all', async () => {
    await using target = await open()
    await target.append(2)
    await target.store.deleteStream('s', { expectedVersion: 2, mode: 'hard' })
    await using received = receive(target.store.follow('$all', { after: 'start' }))
    await received.until(3)
    await target.append(1)
    expect(namesAndNumbers(await received.until(4))).toEqual(['other 1', 'other 2', 'other 3', 's 1'])
    expect(numbersOf(received.items)).toEqual([1, 2, 3, 6])
  })
})
