import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  DuplicateEventError,
  type EventStore,
  type ExpectedVersion,
  type NewEvent,
  type StreamAppend,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { APPEND_PATHS, attempt, attemptOne, isSlow, openStage, type Stage } from '../support/append-paths.ts'
import { useDatabase } from '../support/database.ts'
import { appendTo, HARD } from '../support/hard-delete.ts'
import { newEvent, newEvents, range } from '../support/new-events.ts'
import type { Append } from '../support/stored-appends.ts'

const database = useDatabase()

interface State {
  readonly name: string
  readonly version: number | 'no-stream' | 'deleted'
  readonly reach: (store: EventStore, stream: string) => Promise<unknown>
}

/** What a stream may have gone through, and the version that it has then. */
const STATES: readonly State[] = [
  { name: 'that never was', version: 'no-stream', reach: async () => {} },
  { name: 'at version 3', version: 3, reach: (store, stream) => appendTo(store, stream, 3) },
  { name: 'that was soft deleted', version: 'deleted', reach: (store, stream) => softDelete(store, stream) },
  { name: 'that was hard deleted', version: 'no-stream', reach: (store, stream) => hardDelete(store, stream) },
  {
    name: 'that was hard deleted and is there again',
    version: 2,
    async reach(store, stream) {
      await hardDelete(store, stream)
      await appendTo(store, stream, 2)
    },
  },
  { name: 'of links only', version: 2, reach: (store, stream) => linkTwo(store, stream) },
  {
    name: 'with links between its events',
    version: 4,
    async reach(store, stream) {
      await appendTo(store, stream, 1)
      await linkTwo(store, stream)
      await appendTo(store, stream, 1)
    },
  },
  {
    name: 'that ends with links to what was hard deleted since',
    version: 3,
    async reach(store, stream) {
      await appendTo(store, stream, 1)
      await store.deleteStream(await linkTwo(store, stream), HARD)
    },
  },
]

/** What may be expected of a stream at a version. */
function expectations(version: State['version']): readonly ExpectedVersion[] {
  const number = typeof version === 'number' ? version : 0
  return [...new Set<ExpectedVersion>(['any', 'no-stream', 'stream-exists', 0, number, number + 1, 2 ** 53 - 1])]
}

describe.each(APPEND_PATHS.map((path) => [path.name, path] as const))('an append %s', (_, path) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(database.connectionString, path)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('is stored by the statements that it is meant to be', async () => {
    const { statements } = await attempt(stage, [{ parts: [part(freshName(), 0)] }])
    expect(statements).toEqual(path.statements)
    const stream = freshName()
    await appendTo(stage.store, stream, 2)
    const following = await attempt(stage, [{ parts: [part(stream, 2)] }])
    expect(following.statements).toEqual(path.following ?? path.statements)
  })

  test.each(STATES.map((state) => [state.name, state] as const))(
    'is stored in a stream %s if that is expected',
    async (_, { version, reach }) => {
      const cases = expectations(version).map((expected) => ({ expected, streamName: freshName() }))
      await Promise.all(cases.map(({ streamName }) => reach(stage.store, streamName)))
      const { outcomes } = await attempt(
        stage,
        cases.map(({ streamName, expected }) => ({ parts: [part(streamName, expected)] })),
      )
      for (const [index, { expected, streamName }] of cases.entries()) {
        const outcome = outcomes[index]
        if (version === 'deleted') {
          expect(outcome?.error).toBeInstanceOf(StreamDeletedError)
          expect(outcome?.error).toMatchObject({ code: 'STREAM_DELETED', streamName })
        } else if (fits(expected, version)) {
          expect(outcome?.results).toMatchObject([{ streamVersion: (version === 'no-stream' ? 0 : version) + 1 }])
        } else {
          expect(outcome?.error).toBeInstanceOf(WrongExpectedVersionError)
          const facts = { streamName, expectedVersion: expected, actualVersion: version }
          expect(outcome?.error).toMatchObject({ code: 'WRONG_EXPECTED_VERSION', ...facts })
        }
      }
    },
  )

  test('of several streams is stored part by part, and a part without events only checks', async () => {
    const [a, b, checked, missing] = [freshName(), freshName(), freshName(), freshName()] as const
    await appendTo(stage.store, b, 2)
    await appendTo(stage.store, checked, 3)
    const { outcomes, events } = await attempt(stage, [
      { parts: [part(checked, 3, 0), part(a, 'no-stream', 2), part(missing, 'any', 0), part(b, 2, 3)] },
    ])
    expect(outcomes[0]?.results?.map(({ streamVersion }) => streamVersion)).toEqual([3, 2, 0, 5])
    expect(events.map(({ streamName }) => streamName)).toEqual([a, a, b, b, b])
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual([1, 2, 3, 4, 5])
    expect((await stage.store.listStreams({ search: missing })).items).toEqual([])
    if (path.companyIs === 'parts') return
    const head = events.at(-1)?.position
    expect(outcomes[0]?.results?.map(({ position }) => position)).toEqual([head, events[1]?.position, head, head])
  })

  test('is refused as a whole for one of its parts, the first or the last', async () => {
    const [stream, fresh] = [freshName(), freshName()]
    await appendTo(stage.store, stream, 2)
    const good = part(fresh, 'no-stream', 2)
    for (const wrong of [part(stream, 1, 2), part(stream, 1, 0)]) {
      const { outcomes, events } = await attempt(stage, [{ parts: [good, wrong] }, { parts: [wrong, good] }])
      expect(events).toEqual([])
      const facts = { streamName: stream, expectedVersion: 1, actualVersion: 2 }
      expect(outcomes).toMatchObject([{ error: facts }, { error: facts }])
    }
    expect((await stage.store.listStreams({ search: fresh })).items).toEqual([])
  })

  test('that only checks versions stores nothing', async () => {
    const [stream, missing] = [freshName(), freshName()]
    await appendTo(stage.store, stream, 2)
    const passed = await attempt(stage, [{ parts: [part(stream, 2, 0), part(missing, 'no-stream', 0)] }])
    expect(passed.events).toEqual([])
    expect(passed.outcomes).toMatchObject([{ results: [{ streamVersion: 2 }, { streamVersion: 0 }] }])
    const refused = await attemptOne(stage, part(stream, 3, 0))
    expect(refused.error).toBeInstanceOf(WrongExpectedVersionError)
  })

  test('sees what the appends before it did to its stream, and not what was refused', async () => {
    const [a, b] = [freshName(), freshName()]
    const { outcomes } = await attempt(
      stage,
      [
        [part(a, 'no-stream', 2)],
        [part(a, 'no-stream', 1)],
        [part(b, 'any', 3), part(a, 1, 1)],
        [part(b, 'no-stream', 1), part(a, 2, 1)],
        [part(a, 3, 0), part(b, 1, 2)],
        [part(a, 'stream-exists', 1)],
        [part(b, 1, 1)],
        [part(b, 'any', 1)],
      ].map((parts) => ({ parts })),
    )
    expect(outcomes.map(({ results, error }) => results?.map(({ streamVersion }) => streamVersion) ?? error)).toEqual([
      [2],
      new WrongExpectedVersionError(a, 'no-stream', 2),
      new WrongExpectedVersionError(a, 1, 2),
      [1, 3],
      [3, 3],
      [4],
      new WrongExpectedVersionError(b, 1, 3),
      [4],
    ])
  })

  test('that is repeated has its first results, also within one turn', async () => {
    const [a, b] = [freshName(), freshName()]
    const append: Append = {
      parts: [identified(a, 'no-stream', 2), part(b, 'any', 0), identified(b, 0, 1)].slice(0, 1),
    }
    const several: Append = { parts: [identified(a, 'stream-exists', 1), identified(b, 'no-stream', 2)] }
    const first = await attempt(stage, [append, several, append])
    expect(first.outcomes[2]).toEqual(first.outcomes[0])
    await appendTo(stage.store, a, 1)
    const again = await attempt(stage, [append, { parts: [part(b, 2, 1)] }, several])
    expect([again.outcomes[0], again.outcomes[2]]).toEqual(first.outcomes.slice(0, 2))
    expect(again.events.map(({ streamName }) => streamName)).toEqual([b])
  })

  test('with an id that is stored already is refused, and names it', async () => {
    const [a, b] = [freshName(), freshName()]
    const stored = identified(a, 'no-stream', 2)
    const [event] = stored.events as [NewEvent]
    expect((await attemptOne(stage, stored)).error).toBeUndefined()
    const id = event.id as string
    const refused: readonly StreamAppend[] = [
      { stream: b, expectedVersion: 'any', events: [event] },
      { stream: b, expectedVersion: 'no-stream', events: [...newEvents(2), event] },
      { stream: a, expectedVersion: 2, events: [event] },
      { stream: a, expectedVersion: 'any', events: [{ ...event, id: id.toUpperCase() }, newEvent()] },
    ]
    for (const wrong of refused) {
      const { outcomes, events } = await attempt(stage, [{ parts: [wrong] }, { parts: [part(freshName(), 0)] }])
      expect(outcomes[0]?.error).toBeInstanceOf(DuplicateEventError)
      expect(outcomes[0]?.error).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: id })
      expect(events).toHaveLength(1)
    }
    expect((await stage.store.listStreams({ search: b })).items).toEqual([])
  })

  test('with an id that an append of the same turn has is refused, in whichever stream', async () => {
    const [a, b] = [freshName(), freshName()]
    const first = identified(a, 'any', 2)
    const { outcomes, events } = await attempt(stage, [
      { parts: [first] },
      { parts: [{ ...first, stream: b }] },
      { parts: [part(b, 'no-stream', 1)] },
    ])
    expect(outcomes[1]?.error).toMatchObject({ code: 'DUPLICATE_EVENT', eventId: first.events[0]?.id })
    expect(events.map(({ streamName }) => streamName)).toEqual([a, a, b])
  })

  test('with the ids of what was hard deleted stores them anew', async () => {
    const append: Append = { parts: [identified(freshName(), 'no-stream', 2)] }
    await attempt(stage, [append])
    await stage.store.deleteStream(append.parts[0]?.stream as string, HARD)
    const again = await attempt(stage, [{ parts: append.parts }])
    expect(again.events.map(({ id }) => id)).toEqual(append.parts[0]?.events.map(({ id }) => id))
  })

  test('has one createdAt for all of its events, which is also that of the streams that it creates', async () => {
    const several: Append = { parts: [part(freshName(), 'any', 2), part(freshName(), 'no-stream', 1)] }
    const single = range(1, isSlow(path) ? 1 : 40).map(() => ({ parts: [part(freshName(), 'no-stream')] }))
    const { events } = await attempt(stage, [several, ...single])
    const names = several.parts.map(({ stream }) => stream)
    const [first, ...others] = events.filter(({ streamName }) => names.includes(streamName))
    for (const { createdAt } of others) expect(createdAt).toEqual(first?.createdAt)
    for (const { createdAt, streamName } of events) {
      expect((await stage.store.getStream(streamName)).createdAt).toEqual(createdAt)
    }
  })
})

let names = 0

function freshName(): string {
  return `stream ${++names}.`
}

function part(stream: string, expectedVersion: ExpectedVersion, count = 1): StreamAppend {
  return { stream, expectedVersion, events: newEvents(count) }
}

function identified(stream: string, expectedVersion: ExpectedVersion, count: number): StreamAppend {
  return { stream, expectedVersion, events: newEvents(count).map((event) => ({ ...event, id: uuidv7() })) }
}

function fits(expected: ExpectedVersion, version: number | 'no-stream'): boolean {
  if (expected === 'any') return true
  if (expected === 'no-stream') return version === 'no-stream'
  if (expected === 'stream-exists') return version !== 'no-stream'
  return expected === (version === 'no-stream' ? 0 : version)
}

async function softDelete(store: EventStore, stream: string): Promise<void> {
  await appendTo(store, stream, 2)
  await store.deleteStream(stream, { expectedVersion: 'any' })
}

async function hardDelete(store: EventStore, stream: string): Promise<void> {
  await appendTo(store, stream, 2)
  await store.deleteStream(stream, HARD)
}

/** Links two events of another stream, whose name it resolves to. */
async function linkTwo(store: EventStore, stream: string): Promise<string> {
  const source = freshName()
  await store.link(stream, await appendTo(store, source, 2), { expectedVersion: 'any' })
  return source
}
