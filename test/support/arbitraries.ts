import fc from 'fast-check'

/** Text that looks like SQL, a placeholder, a pattern or an escape. */
const TRICKY = [
  "'; DROP TABLE events; --",
  '"; DROP SCHEMA eventstore; --',
  "' OR '1'='1",
  '$1',
  '$body$',
  '$$',
  '?',
  ':name',
  '%',
  '_',
  'a%b_c',
  '\\',
  '\\x00',
  '\\u0000',
  "E'\\''",
  '{"a":1}',
  '{a,b}',
  'NULL',
  '__proto__',
  'constructor',
  ' ',
  ' a ',
  'é',
  'e\u0301',
  'ﬀ',
  'İ',
  '名前',
  '👩‍👩‍👧',
  '\u202eright to left',
  '\u200b',
  '\ufeff',
  '\uffff',
] as const

const anyText = fc.oneof(
  fc.constantFrom(...TRICKY),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.array(fc.constantFrom(...TRICKY), { maxLength: 5 }).map((parts) => parts.join('')),
)

/** A name that is stored: of a stream, a type, a source. */
export const validName = anyText
  .map((text) => text.replaceAll(/\p{Cc}/gu, ''))
  .filter((text) => text !== '' && text !== '$all')

/** Text of UTF-16 code units, halves of surrogate pairs and U+0000 among them. */
const codeUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0x22, 0x5c, 0xd83d, 0xde00)), {
    maxLength: 10,
  })
  .map((units) => String.fromCharCode(...units))

/** What is no name. */
export const invalidName: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme', minLength: 1_001, maxLength: 1_100 }),
  fc
    .tuple(anyText, fc.constantFrom('\u0000', '\n', '\t', '\u001b', '\u007f', '\u0085'), anyText)
    .map((parts) => parts.join('')),
  codeUnits.filter((text) => !text.isWellFormed()),
  fc
    .anything({ withNullPrototype: true, withBigInt: true, withDate: true })
    .filter((value) => typeof value !== 'string'),
)

/** Whatever JSON can say, and what it only almost can: keys of all kinds, -0, halves of surrogate pairs. */
export const jsonValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(anyText, codeUnits, fc.constant('x'.repeat(3_000))),
    fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger(), fc.constantFrom(-0, 5e-324, 1.7976931348623157e308, 1e21)),
    fc.oneof(fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(anyText, codeUnits), tie('value'), { maxKeys: 4, noNullPrototype: false }),
  ),
})).value

/** An object of JSON values. */
export const jsonObject: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.oneof(anyText, codeUnits),
  jsonValue,
  {
    maxKeys: 4,
  },
)

/** Whatever JavaScript can make of an expression. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withObjectString: true,
  }),
  fc.constantFrom<unknown[]>(
    ...[
      undefined,
      null,
      '',
      0,
      -0,
      -1,
      1,
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** 53,
    ],
    ...[
      1e12,
      1e300,
      1n,
      true,
      Symbol('s'),
      () => {},
      [],
      {},
      new Date(Number.NaN),
      new Date(8.64e15),
      Array(3),
      '$all',
    ],
    ...['any', 'start', 'end', 'no-stream', 'hard', 'order-1', new Error('no'), Promise.resolve(), new Map(), /a/],
  ),
)
