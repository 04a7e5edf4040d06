import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ExpectedVersion, type StreamAppend, WrongExpectedVersionError } from '../../src/index.ts'
import { APPEND_PATHS, attempt, isSlow, openStage, type Stage } from '../support/append-paths.ts'
import { useDatabase } from '../support/database.ts'
import { newEvents } from '../support/new-events.ts'
import type { Append } from '../support/stored-appends.ts'

const database = useDatabase()

const STREAMS = ['a', 'b', 'c']

const expectedVersion: fc.Arbitrary<ExpectedVersion> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('any' as const, 'no-stream' as const, 'stream-exists' as const) },
  { weight: 2, arbitrary: fc.nat(6) },
)

const part = fc.record({
  stream: fc.constantFrom(...STREAMS),
  expectedVersion,
  events: fc.nat(3).map((count) => newEvents(count)),
})

const append: fc.Arbitrary<Append> = fc.record({
  parts: fc.uniqueArray(part, { selector: ({ stream }) => stream, minLength: 1, maxLength: 3 }),
})

const groups = fc.array(fc.array(append, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 })

describe.each(APPEND_PATHS.map((path) => [path.name, path] as const))('appends %s', (_, path) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(database.connectionString, path)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('have the outcomes that they would have one after the other', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(groups, async (drawn) => {
        run++
        const versions = new Map<string, number>()
        for (const group of drawn) {
          const appends = group.map((one) => ({ parts: one.parts.map((part) => inRun(run, part)) }))
          const expected = appends.map(({ parts }) => model(versions, parts))
          const { outcomes } = await attempt(stage, appends)
          const found = outcomes.map(({ results, error }) => results?.map((result) => result.streamVersion) ?? error)
          expect(found).toEqual(expected)
        }
      }),
      { numRuns: isSlow(path) ? 4 : 15, endOnFailure: true },
    )
  })
})

/** Streams of one run are missing in the next. */
function inRun(run: number, part: StreamAppend): StreamAppend {
  return { ...part, stream: `${part.stream} of run ${run}` }
}

/** What becomes of an append: the versions after it, which it leaves behind, or why it is refused. */
function model(
  versions: Map<string, number>,
  parts: readonly StreamAppend[],
): readonly number[] | WrongExpectedVersionError {
  const wrong = parts.find(({ stream, expectedVersion }) => !fits(expectedVersion, versions.get(stream)))
  if (wrong) {
    return new WrongExpectedVersionError(wrong.stream, wrong.expectedVersion, versions.get(wrong.stream) ?? 'no-stream')
  }
  return parts.map(({ stream, events }) => {
    const version = (versions.get(stream) ?? 0) + events.length
    if (version > 0) versions.set(stream, version)
    return version
  })
}

function fits(expected: ExpectedVersion, version: number | undefined): boolean {
  switch (expected) {
    case 'any':
      return true
    case 'no-stream':
      return version === undefined
    case 'stream-exists':
      return version !== undefined
    default:
      return expected === (version ?? 0)
  }
}
