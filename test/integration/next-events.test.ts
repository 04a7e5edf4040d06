import { describe, expect, test } from 'vitest'
import { DuplicateEventError, StreamDeletedError, WrongExpectedVersionError } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { countingPool } from '../support/counting-pool.ts'
import { useDatabase } from '../support/database.ts'
import { freshStore } from '../support/fresh-store.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'

const database = useDatabase()
const STORING = /append_events(?=\()|INSERT(?= INTO \S+\.events)/

async function openStage(streams: number) {
  const pool = countingPool(database.connectionString)
  const store = await freshStore(database.connectionString, { pool })
  await store.appendAll(
    range(1, streams).map((n) => ({ stream: `s-${n}`, expectedVersion: 'no-stream', events: newEvents(2) })),
  )
  const head = streams * 2
  const before = pool.statements.length
  return {
    store,
    head,
    /** The statements that have stored events since. */
    storing: () => pool.statements.slice(before).flatMap((text) => STORING.exec(text) ?? []),
    async [Symbol.asyncDispose]() {
      await store.close()
      await pool[Symbol.asyncDispose]()
    },
  }
}

describe('a group of events that follow known versions', () => {
  test('is stored by one statement, in the order of the calls', async () => {
    await using stage = await openStage(60)
    const { store, head } = stage
    const shuffled = range(1, 60).map((n) => ((n * 37) % 60) + 1)
    const appends = shuffled.map((n) => store.append(`s-${n}`, newEvent(), { expectedVersion: 2 }))
    const results = await Promise.all(appends)
    expect(stage.storing()).toEqual(['INSERT'])
    expect(results).toEqual(shuffled.map((_, index) => ({ streamVersion: 3, position: head + 1 + index })))
    const events = await store.read('$all', { from: head + 1 }).toArray()
    expect(events.map(({ streamName }) => streamName)).toEqual(shuffled.map((n) => `s-${n}`))
  })

  test('is stored but for those whose version is another, which are refused and leave no gap', async () => {
    await using stage = await openStage(9)
    const { store, head } = stage
    await store.deleteStream('s-9', { expectedVersion: 'any' })
    const expected = [2, 1, 2, 3, 2, 2, 7, 2, 2]
    const results = await Promise.allSettled(
      expected.map((expectedVersion, index) => store.append(`s-${index + 1}`, newEvent(), { expectedVersion })),
    )
    expect(stage.storing()).toEqual(['INSERT', 'append_events'])
    let position = head
    expect(results).toMatchObject(
      expected.map((expectedVersion, index) => {
        const reason =
          index === 8
            ? expect.any(StreamDeletedError)
            : new WrongExpectedVersionError(`s-${index + 1}`, expectedVersion, 2)
        return expectedVersion === 2 && index < 8
          ? { status: 'fulfilled', value: { streamVersion: 3, position: ++position } }
          : { status: 'rejected', reason }
      }),
    )
    const nowhere = store.append('nowhere', newEvent(), { expectedVersion: 2 })
    await expect(nowhere).rejects.toMatchObject({ actualVersion: 'no-stream' })
    const events = await store.read('$all', { from: head + 1 }).toArray()
    expect(events.map((event) => event.position)).toEqual(range(head + 1, position))
  })

  test('gives repetitions their first results, and refuses ids that are stored already', async () => {
    await using stage = await openStage(5)
    const { store, head } = stage
    const own = { ...newEvent(), id: uuidv7() }
    const first = await store.append('s-1', own, { expectedVersion: 2 })
    const results = await Promise.allSettled([
      store.append('s-2', newEvent(), { expectedVersion: 2 }),
      store.append('s-1', own, { expectedVersion: 2 }),
      store.append('s-3', own, { expectedVersion: 2 }),
      store.append('s-4', newEvent(), { expectedVersion: 2 }),
      store.append('s-5', newEvent(), { expectedVersion: 4 }),
    ])
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { streamVersion: 3, position: head + 2 } },
      { status: 'fulfilled', value: first },
      { status: 'rejected', reason: expect.any(DuplicateEventError) },
      { status: 'fulfilled', value: { streamVersion: 3, position: head + 3 } },
      { status: 'rejected', reason: { actualVersion: 2 } },
    ])
  })

  test('of the same stream is stored one after the other', async () => {
    await using stage = await openStage(1)
    const { store, head } = stage
    const results = await Promise.all(
      [2, 3, 4].map((expectedVersion) => store.append('s-1', newEvent(), { expectedVersion })),
    )
    expect(results).toEqual([1, 2, 3].map((n) => ({ streamVersion: 2 + n, position: head + n })))
  })

  test('has the times that it was given', async () => {
    await using stage = await openStage(2)
    const { store, head } = stage
    const times = ['2020-01-01', '2021-01-01'].map((day) => new Date(day))
    await Promise.all(
      times.map((createdAt, index) => store.append(`s-${index + 1}`, newEvent(), { expectedVersion: 2, createdAt })),
    )
    const events = await store.read('$all', { from: head + 1 }).toArray()
    expect(events.map(({ createdAt }) => createdAt)).toEqual(times)
  })
})
