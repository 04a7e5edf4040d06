import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Serializer } from '../../../src/options.ts'
import { Codec } from '../../../src/serialization/payload.ts'

const PAYLOADS = ['json', 'jsonb', 'bytea'] as const

/** The letters of a backslash, so that what a test means by it cannot be misread. */
const BACKSLASH = String.fromCharCode(92)

describe.each(PAYLOADS)('a codec for %s', (payload) => {
  test('reads what it has written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const expected = JSON.stringify(value)
        expect(JSON.stringify(roundTrip(new Codec(payload), value))).toBe(expected)
      }),
    )
  })

  test.each([
    ['undefined', undefined, 'cannot be serialized: undefined has no JSON form'],
    ['a function', () => 1, 'cannot be serialized: a function has no JSON form'],
    ['a symbol', Symbol('a'), 'cannot be serialized: Symbol(a) has no JSON form'],
    ['a BigInt', 1n, 'cannot be serialized: Do not know how to serialize a BigInt'],
    ['a BigInt far inside', { list: [{ amount: 1n }] }, 'cannot be serialized: Do not know how to serialize a BigInt'],
    ['what contains itself', circular(), 'cannot be serialized: Converting circular structure to JSON'],
    ['what throws text', throwing('no'), 'cannot be serialized: "no"'],
    ['what throws a symbol', throwing(Symbol('no')), 'cannot be serialized: Symbol(no)'],
    ['what throws an object that has no text', throwing(Object.create(null)), 'cannot be serialized: an object'],
    ['more than 64 MB', 'x'.repeat(64 * 1024 * 1024), 'must not exceed 64 MB (67108864 bytes), found 67108866 bytes'],
  ])('refuses %s', (_, value, message) => {
    expect(new Codec(payload).encode(value).problem?.message).toContain(message)
  })

  test('takes what has exactly 64 MB', () => {
    expect(new Codec(payload).encode('x'.repeat(64 * 1024 * 1024 - 2)).problem).toBeUndefined()
  })

  test('refuses a serializer that makes neither text nor bytes', () => {
    const codec = new Codec(
      payload,
      serializerOf(() => null as never),
    )
    expect(codec.encode({}).problem?.message).toContain('cannot be serialized')
  })

  test('refuses half of a surrogate pair in the text of a serializer', () => {
    const codec = new Codec(
      payload,
      serializerOf(() => '"\ud800"'),
    )
    expect(codec.encode({}).problem?.message).toBe('contains half of a surrogate pair, which UTF-8 cannot hold')
  })

  test('hands the type of the event to the serializer', () => {
    const codec = new Codec(payload, {
      serialize: JSON.stringify,
      deserialize: (content, { type }) => `${type} ${content}`,
    })
    const content = payload === 'bytea' ? Buffer.from('{}').toString('hex') : '{}'
    expect(codec.decode(content, 'OrderPlaced')).toBe('OrderPlaced {}')
  })
})

describe('a codec for bytea', () => {
  test('takes any text and any bytes of a serializer', () => {
    const text = new Codec(
      'bytea',
      serializerOf(() => 'no JSON \u0000'),
    )
    const bytes = new Codec(
      'bytea',
      serializerOf(() => Uint8Array.of(0, 255, 128)),
    )
    expect(text.encode({})).toEqual({ content: 'no JSON \u0000' })
    expect(bytes.encode({})).toEqual({ content: Uint8Array.of(0, 255, 128) })
  })

  test('keeps what a serializer gave, whatever it does with its bytes afterwards', () => {
    const scratch = Uint8Array.of(1, 2, 3)
    const encoded = new Codec(
      'bytea',
      serializerOf(() => scratch),
    ).encode({})
    scratch.fill(0)
    expect(encoded).toEqual({ content: Uint8Array.of(1, 2, 3) })
  })
})

describe.each(['json', 'jsonb'] as const)('a codec for %s', (payload) => {
  test.each(['', 'text', '{', 'undefined', "{'a':1}", '[1,]', '\u0000', `"${BACKSLASH}u00"`])(
    'refuses %j of a serializer, which is no JSON',
    (content) => {
      const { problem } = new Codec(
        payload,
        serializerOf(() => content),
      ).encode({})
      expect(problem?.message).toBe(`must be JSON for a ${payload} column, found other text`)
    },
  )

  test('takes JSON in bytes, and refuses bytes that are not UTF-8', () => {
    const bytes = (...values: number[]) =>
      new Codec(
        payload,
        serializerOf(() => Uint8Array.from(values)),
      ).encode({})
    expect(bytes(0x22, 0xc3, 0xa9, 0x22)).toEqual({ content: '"é"' })
    expect(bytes(0x22, 0xc3, 0x22).problem?.message).toBe('must be JSON in UTF-8, found other bytes')
  })
})

describe('what jsonb cannot hold', () => {
  test.each([
    ['U+0000', '\u0000', `${BACKSLASH}u0000`],
    ['U+0000 in a key', { 'a\u0000': 1 }, `${BACKSLASH}u0000`],
    ['U+0000 after a backslash', `${BACKSLASH}\u0000`, `${BACKSLASH}u0000`],
    ['the first half of a pair', 'a\ud83d', `${BACKSLASH}ud83d`],
    ['the second half of a pair', '\ude00a', `${BACKSLASH}ude00`],
    ['two first halves', '\ud83d\ud83d', `${BACKSLASH}ud83d`],
    ['a pair the wrong way round', '\ude00\ud83d', `${BACKSLASH}ude00`],
    ['a half in a key', { '\udfff': 1 }, `${BACKSLASH}udfff`],
  ])('%s is refused, and json and bytea hold it', (_, value, found) => {
    expect(new Codec('jsonb').encode(value).problem?.message).toBe(`cannot be stored as jsonb: it contains ${found}`)
    expect(roundTrip(new Codec('json'), value)).toEqual(value)
    expect(roundTrip(new Codec('bytea'), value)).toEqual(value)
  })

  test.each([
    ['the text of the escape', `${BACKSLASH}u0000`],
    ['the text of the escape of a half', `${BACKSLASH}ud800`],
    ['a backslash before the text of the escape', `${BACKSLASH}${BACKSLASH}u0000`],
    ['a pair', '😀'],
    ['pairs one after the other', '😀😀'],
    ['other control characters', '\u0001\u001f\n\t\b\u007f'],
    ['noncharacters', '\ufffe\uffff'],
    ['quotes and slashes', `"/${BACKSLASH}`],
  ])('%s is held', (_, value) => {
    expect(roundTrip(new Codec('jsonb'), value)).toBe(value)
  })

  test('escapes written by a serializer are told apart in the same way', () => {
    const encode = (content: string) =>
      new Codec(
        'jsonb',
        serializerOf(() => content),
      ).encode({})
    const escaped = (code: string) => `${BACKSLASH}u${code}`
    expect(encode(`"${escaped('D83D')}${escaped('DE00')}"`).problem).toBeUndefined()
    expect(encode(`"${escaped('D83D')}x${escaped('DE00')}"`).problem).toBeDefined()
    expect(encode(`"${BACKSLASH}${escaped('0000')}"`).problem).toBeUndefined()
    expect(encode(`"${BACKSLASH}${BACKSLASH}${escaped('0000')}"`).problem).toBeDefined()
    expect(encode(`"${escaped('D83D')}${BACKSLASH}${BACKSLASH}uDE00"`).problem).toBeDefined()
  })

  test('exactly text with U+0000 or half a pair in it is refused', () => {
    const codeUnits = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 0x5c, 0x75, 0x30, 0x64, 0xd83d, 0xde00),
    )
    fc.assert(
      fc.property(fc.array(codeUnits, { maxLength: 12 }), (units) => {
        const text = String.fromCharCode(...units)
        const refused = text.includes('\u0000') || !text.isWellFormed()
        expect(new Codec('jsonb').encode({ [text]: text }).problem !== undefined).toBe(refused)
      }),
      { numRuns: 2_000 },
    )
  })
})

/** What comes back. */
function roundTrip(codec: Codec, value: unknown): unknown {
  const { content, problem } = { content: undefined, ...codec.encode(value) }
  if (content === undefined) throw new Error(`Expected to be encoded, found: ${problem?.message}`)
  return codec.decode(codec.payload === 'bytea' ? Buffer.from(content).toString('hex') : String(content), 'SomeType')
}

function serializerOf(serialize: Serializer['serialize']): Serializer {
  return { serialize, deserialize: (content) => content }
}

function circular(): object {
  const value: { self?: object } = {}
  value.self = value
  return value
}

function throwing(thrown: unknown): object {
  return {
    toJSON() {
      throw thrown
    },
  }
}
