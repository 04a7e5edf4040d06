import { describe, expect, test } from 'vitest'
import type { RecordContent, StoreRecord } from '../../../src/operations/import/records.ts'
import { compareRecords, differenceOf } from '../../../src/operations/import-elixir/compare-records.ts'

function event(position: number, more: { readonly type?: string; readonly data?: RecordContent } = {}): StoreRecord {
  return {
    record: 'event',
    position,
    stream: 's',
    streamVersion: position,
    id: `00000000-0000-7000-8000-00000000000${position}`,
    type: 'T',
    causationId: null,
    correlationId: null,
    createdAt: '2030-01-01T00:00:00.000000Z',
    data: { json: '{"n":1}' },
    metadata: { json: '{}' },
    ...more,
  }
}

const link = (streamVersion: number): StoreRecord => ({ record: 'link', stream: 'l', streamVersion, position: 1 })

async function* pages(...all: readonly (readonly StoreRecord[])[]): AsyncGenerator<readonly StoreRecord[]> {
  yield* all
}

async function comparisonsOf(source: readonly (readonly StoreRecord[])[], store: readonly (readonly StoreRecord[])[]) {
  const { comparisons, examples } = await compareRecords(pages(...source), pages(...store))
  return { found: comparisons.filter((each) => each.source + each.store > 0), examples }
}

describe('comparing two stores', () => {
  test('finds no difference between the same records, however they come in pages', async () => {
    const records = [event(1), event(2), link(1), link(2)]
    expect(await comparisonsOf([records], records.map((record) => [record]).concat([[]]))).toEqual({
      found: [
        { kind: 'event', source: 2, store: 2, different: 0 },
        { kind: 'link', source: 2, store: 2, different: 0 },
      ],
      examples: [],
    })
  })

  test('finds what is on one side only, and goes on with the next kind', async () => {
    const { found, examples } = await comparisonsOf([[event(1), event(2)], [link(1)]], [[event(1), link(1), link(2)]])
    expect(found).toEqual([
      { kind: 'event', source: 2, store: 1, different: 1 },
      { kind: 'link', source: 1, store: 2, different: 1 },
    ])
    expect(examples).toEqual([
      expect.stringMatching(/^event \(position 2,.*\) is in the source only$/),
      expect.stringMatching(/^link \(stream l, streamVersion 2, .*\) is in the store only$/),
    ])
  })

  test('tells of a few of many differences', async () => {
    const changed = [1, 2, 3, 4, 5, 6, 7].map((position) => event(position, { type: 'Other' }))
    const { found, examples } = await comparisonsOf([[1, 2, 3, 4, 5, 6, 7].map((n) => event(n))], [changed])
    expect(found).toMatchObject([{ different: 7 }])
    expect(examples).toHaveLength(5)
  })
})

describe('two records', () => {
  const bytes = (text: string): RecordContent => ({ bytes: Buffer.from(text) })
  test.each([
    ['JSON written in another way', { json: '{"b":2, "a":1}' }, { json: '{"a":1,"b":2}' }],
    ['JSON as text and as bytes', bytes('{"a": 1}'), { json: '{"a":1}' }],
    ['the same bytes', bytes('\u0000x'), bytes('\u0000x')],
  ])('are the same with %s', (_, source, store) => {
    expect(differenceOf(event(1, { data: source }), event(1, { data: store }))).toBeUndefined()
  })

  test.each([
    ['another value', { json: '{"a":1}' }, { json: '{"a":2}' }],
    ['a key more', { json: '{"a":1}' }, { json: '{"a":1,"b":null}' }],
    ['other bytes', bytes('x'), bytes('y')],
    ['bytes that are no JSON', bytes('x'), { json: '"x"' }],
  ])('differ with %s', (_, source, store) => {
    expect(differenceOf(event(1, { data: source }), event(1, { data: store }))).toMatch(
      /^event \(position 1,.*differs in data$/,
    )
  })
})
