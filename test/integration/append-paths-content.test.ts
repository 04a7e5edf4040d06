import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InvalidEventError, type NewEvent, type Payload, type Serializer, type StreamAppend } from '../../src/index.ts'
import { uuidv7 } from '../../src/util/uuid.ts'
import { APPEND_PATHS, type AppendPath, attempt, isSlow, openStage, type Stage } from '../support/append-paths.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent } from '../support/new-events.ts'
import { runSql } from '../support/run-sql.ts'
import type { Append } from '../support/stored-appends.ts'

const database = useDatabase()

/** Text that is syntax to something on the way: SQL, arrays, JSON, COPY. */
const SYNTAX = [
  'quote \' " ` "" \'\'',
  'back\\slash \\\\ \\" \\\' \\u0041 \\x41 \\101 \\',
  '\\N',
  '\\.',
  '{}',
  '{,}',
  '{"a,b"}',
  'NULL',
  'null',
  '$1 $$ %s :name ?',
  ' leading and trailing ',
  "E'\\''; DROP TABLE events; --",
  '👩‍👩‍👧‍👦 🚀 🏳️‍🌈',
  'مرحبا \u202eright to left\u202c',
  'e\u0301 é 日本語 \u2028\u2029\ufeff\u200b\uffff',
]

/** Text that no name may be, and data may. */
const CONTROLS = ['\t\r\n\b\f\v\u0001\u001f\u007f\u0085', 'line\nbreak', 'tab\ttab', '\\\n', '"\n"', '\u001b[31m', '']

const VALUES: readonly unknown[] = [
  ...[...SYNTAX, ...CONTROLS].flatMap((text) => [text, { [text]: [text] }]),
  ...[null, true, false, 0, -1, 0.1, 1e21, 5e-324, 2 ** 53 - 1, -(2 ** 53 - 1)],
  ...[[], {}, [[]], [null], { a: null }, [1, 'two', [true, { three: 3 }]]],
]

/** Times of all ages, to the millisecond: around 1970 and 2000, which times are counted from, and where doubles get coarse. */
const TIMES = [
  '0001-01-01T00:00:00.000Z',
  '1582-10-14T23:59:59.999Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '1970-01-01T00:00:00.001Z',
  '1999-12-31T23:59:59.999Z',
  '2000-01-01T00:00:00.000Z',
  '2000-01-01T01:11:34.967Z',
  '2000-01-01T01:11:34.968Z',
  '2026-07-08T09:10:11.123Z',
  '2285-06-06T11:12:13.457Z',
  '4999-04-30T01:02:03.333Z',
  '9999-12-31T23:59:59.997Z',
  '9999-12-31T23:59:59.998Z',
  '9999-12-31T23:59:59.999Z',
].map((text) => new Date(text))

const PRETTY: Serializer = {
  serialize: (value) => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'),
  deserialize: (content) => JSON.parse(Buffer.from(content).toString()),
}

const COMBINATIONS = APPEND_PATHS.flatMap((path) =>
  (['json', 'jsonb', 'bytea'] as const).map((payload) => [payload, path.name, path] as const),
)

describe.each(COMBINATIONS)('into %s columns, %s', (payload, _, path) => {
  const stage = useStage(path, payload)

  test('data and metadata come back as they were given', async () => {
    const events = VALUES.map((data) => ({ type: 'Stored', data, metadata: { data } }))
    await expectStored(stage(), events)
  })

  test('a megabyte of data comes back as it was given', async () => {
    const data = `${'é"\\\n'.repeat(100)}${'x'.repeat(900_000)}`
    const { outcomes, statements } = await attempt(stage(), [{ parts: [part({ type: 'Large', data })] }])
    expect(outcomes[0]?.error).toBeUndefined()
    if (!isSlow(path)) expect(statements).toEqual(path.statements)
  })
})

describe.each(APPEND_PATHS.map((path) => [path.name, path] as const))('into json columns, %s', (_, path) => {
  const stage = useStage(path, 'json')

  test('types, stream names and ids come back as they were given, with or without some of them', async () => {
    const names = [...SYNTAX, 'x'.repeat(1_000), 'é'.repeat(500), '🚀'.repeat(250)]
    const ids = [undefined, uuidv7(), 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', '00000000-0000-0000-0000-000000000000']
    const events = names.map(
      (type, index): NewEvent => ({
        ...newEvent(index),
        type,
        ...(index % 3 === 0 && { id: uuidv7() }),
        causationId: ids[index % 4],
        correlationId: ids[(index >> 1) % 4],
      }),
    )
    const parts = events.map((event, index): StreamAppend => part(event, names[index]))
    const { outcomes } = await attempt(
      stage(),
      isSlow(path) ? [{ parts }] : parts.map((one): Append => ({ parts: [one] })),
    )
    for (const { error } of outcomes) expect(error).toBeUndefined()
    for (const name of names) expect((await stage().store.getStream(name)).version).toBe(1)
    const following = parts.map((one) => ({
      parts: [{ ...one, expectedVersion: 1, events: one.events.map(withNewId) }],
    }))
    for (const { error } of (await attempt(stage(), following)).outcomes) expect(error).toBeUndefined()
  })

  test('createdAt is kept to the millisecond', async () => {
    const times = isSlow(path) ? TIMES.slice(-3) : TIMES
    const appends = times.map((createdAt) => ({ parts: [part(newEvent())], createdAt }))
    const following = appends.map((one) => ({
      ...one,
      parts: one.parts.map((part) => ({ ...part, expectedVersion: 1 })),
    }))
    const { outcomes } = await attempt(stage(), [...appends, ...following])
    for (const { error } of outcomes) expect(error).toBeUndefined()
    const { schema } = stage().store
    const sql = `SELECT DISTINCT created_at::text FROM ${schema}.events WHERE created_at <> date_trunc('milliseconds', created_at)`
    expect(await runSql(database.connectionString, sql)).toEqual([])
  })
})

describe.each(APPEND_PATHS.map((path) => [path.name, path] as const))(
  'by a serializer that breaks lines, %s',
  (_, path) => {
    const stage = useStage(path, 'json', PRETTY)

    test('data and metadata come back as they were given', async () => {
      const texts = [...SYNTAX, ...CONTROLS]
      const events = texts.map((text) => ({ type: 'T', data: [text, { a: 1 }], metadata: { [text]: [] } }))
      await expectStored(stage(), events)
    })
  },
)

const TOO_LARGE = 'a number that numeric cannot hold'
const WITH_TOO_LARGE: Serializer = {
  serialize: (value) => JSON.stringify(value).replace(JSON.stringify(TOO_LARGE), '1e999999'),
  deserialize: (content) => JSON.parse(String(content)),
}

/** In a transaction of the caller's it aborts that. */
const OWN_TRANSACTION = APPEND_PATHS.filter(({ callersTransaction }) => !callersTransaction)

describe.each(OWN_TRANSACTION.map((path) => [path.name, path] as const))('into jsonb columns, %s', (_, path) => {
  const stage = useStage(path, 'jsonb', WITH_TOO_LARGE)

  test('data that only the database refuses is InvalidEventError, and costs other appends nothing', async () => {
    const refused = { parts: [part(newEvent()), part({ type: 'T', data: [TOO_LARGE] })] }
    const { outcomes, events } = await attempt(stage(), [refused, { parts: [part(newEvent())] }])
    expect(outcomes[0]?.error).toBeInstanceOf(InvalidEventError)
    expect(outcomes[1]?.error).toBeUndefined()
    expect(events).toHaveLength(1)
    const stream = String(events[0]?.streamName)
    const following = await attempt(stage(), [
      { parts: [{ ...part({ type: 'T', data: [TOO_LARGE] }, stream), expectedVersion: 1 }] },
    ])
    expect(following.outcomes[0]?.error).toBeInstanceOf(InvalidEventError)
  })
})

function useStage(path: AppendPath, payload: Payload, serializer?: Serializer): () => Stage {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(database.connectionString, path, { payload, ...(serializer && { serializer }) })
  })
  afterAll(() => stage[Symbol.asyncDispose]())
  return () => stage
}

/**
 * Appends the events, each by itself where that does not take too long, and all at once; `attempt` compares what is read. One by
 * one they go to a stream that is not there, and behind those that are.
 */
async function expectStored(stage: Stage, events: readonly NewEvent[]): Promise<void> {
  const together: Append = { parts: [{ stream: `s ${uuidv7()}`, expectedVersion: 'no-stream', events }] }
  const behind = (event: NewEvent, index: number): StreamAppend => ({
    ...part(event, together.parts[0]?.stream),
    expectedVersion: events.length + index,
  })
  const single = isSlow(stage.path)
    ? []
    : events.flatMap((event, index) => [{ parts: [part(event)] }, { parts: [behind(event, index)] }])
  const { outcomes, events: stored } = await attempt(stage, [together, ...single])
  for (const { error } of outcomes) expect(error).toBeUndefined()
  expect(stored).toHaveLength(events.length + single.length)
}

function part(event: NewEvent, stream = `s ${uuidv7()}`): StreamAppend {
  return { stream, expectedVersion: 'any', events: [event] }
}

function withNewId(event: NewEvent): NewEvent {
  return event.id ? { ...event, id: uuidv7() } : event
}
