import fc from 'fast-check'

/** Names that look like syntax, like other names, or like what JavaScript has on every object. */
const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'length', '0', '-1'],
  ...[
    '$ALL',
    '$All',
    '$all ',
    ' $all',
    '$аll',
    '＄all',
    '$all\u200b',
    '\u202e$all',
    '$al\u006c\u0301',
    "'$all'",
    '"$all"',
  ],
  ...[
    '$body$',
    '$$',
    '$1',
    '$_$',
    '$$; SELECT pg_sleep(9); --',
    "';--",
    '";--',
    "\\'; --",
    "E'\\\\'",
    '\\',
    '\\\\',
    "''",
    '""',
  ],
  ...[
    '{}',
    '{"a"}',
    '{NULL}',
    '[1]',
    '(1,2)',
    ',',
    'NULL',
    '\\N',
    '\\.',
    '*',
    '%',
    '_',
    'any',
    'no-stream',
    'stream-exists',
  ],
  ...[
    'eventstore.events',
    'pg_catalog',
    'public',
    'К',
    'ß',
    'ẞ',
    'ﬃ',
    'İ',
    'ı',
    '\ufeff',
    '\u2028',
    '\u2029',
    '\u202e',
    '\u2066',
    '\ud83d\ude00',
  ],
] as const

/** A name that is valid, however much it looks like something else; short ones, and the longest there are. */
export const hostileName: fc.Arbitrary<string> = fc
  .oneof(
    { arbitrary: fc.constantFrom(...NAMES), weight: 3 },
    fc.array(fc.constantFrom(...NAMES), { minLength: 2, maxLength: 6 }).map((parts) => parts.join('')),
    fc.constantFrom(...NAMES).map((name) => name.repeat(Math.floor(1_000 / Buffer.byteLength(name)))),
  )
  .filter((name) => name !== '$all' && !/\p{Cc}/u.test(name))

/** The name of a schema that is valid: up to 63 bytes. */
export const hostileSchema: fc.Arbitrary<string> = hostileName.filter(
  (name) => Buffer.byteLength(name) <= 63 && !/^(pg_|information_schema$|public$)/.test(name),
)

const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'then', 'polluted', 'length', 'a', '']

/** JSON text with keys that mean something to JavaScript, at any depth: what a request's body may hold. */
export const hostileJson: fc.Arbitrary<string> = fc
  .letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom('1', 'null', 'true', '"polluted"', '"__proto__"'),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
      fc
        .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 4, selector: ([key]) => key })
        .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
    ),
  }))
  .value.map(
    (value) => `{"__proto__":{"polluted":${value}},"constructor":{"prototype":{"polluted":${value}}},"a":${value}}`,
  )

/** What is on every object: empty unless some code has written to a prototype. */
export function pollution(): readonly string[] {
  const found: string[] = []
  for (const key in {}) found.push(key)
  for (const key in []) found.push(key)
  return [...found, ...['polluted', 'toJSON'].filter((key) => key in {} || key in Function.prototype)]
}

/** Data that does something when it is looked at, and what is to be stored of it; undefined: it is to be refused. */
export const TRICKS: readonly (readonly [title: string, make: () => unknown, stored: unknown])[] = [
  [
    'a getter',
    () => ({
      get a() {
        return 1
      },
    }),
    { a: 1 },
  ],
  [
    'a getter that throws',
    () => ({
      get a() {
        throw new Error('no')
      },
    }),
    undefined,
  ],
  [
    'a getter that throws no error',
    () => ({
      get a() {
        throw null
      },
    }),
    undefined,
  ],
  [
    'a getter that counts',
    () => {
      let n = 0
      return {
        get a() {
          return ++n
        },
      }
    },
    { a: 1 },
  ],
  ['a toJSON', () => ({ toJSON: () => ({ b: 2 }) }), { b: 2 }],
  [
    'a toJSON that throws',
    () => ({
      toJSON() {
        throw new TypeError('no')
      },
    }),
    undefined,
  ],
  ['a toJSON that says nothing', () => ({ toJSON: () => undefined }), undefined],
  ['a Proxy', () => new Proxy({ a: 1 }, {}), { a: 1 }],
  [
    'a Proxy that throws',
    () =>
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no')
          },
        },
      ),
    undefined,
  ],
  ['a Proxy that was revoked', revoked, undefined],
  [
    'a Proxy with keys without values',
    () =>
      new Proxy(
        {},
        { ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
      ),
    {},
  ],
  [
    'a sparse array',
    () => {
      const list: number[] = []
      list[3] = 1
      return list
    },
    [null, null, null, 1],
  ],
  ['an array with properties', () => Object.assign([1], { more: 2 }), [1]],
  ['symbols', () => ({ [Symbol('key')]: 1, value: Symbol('value') }), {}],
  ['a BigInt in an array', () => [1n], undefined],
  ['inherited properties', () => Object.create({ inherited: 1 }), {}],
  ['no prototype', () => Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['a Map', () => new Map([[1, 2]]), {}],
  ['a Date that is none', () => ({ at: new Date(Number.NaN) }), { at: null }],
  ['functions', () => ({ f() {}, list: [() => {}] }), { list: [null] }],
  ['boxed values', () => [Object(1), Object('a'), Object(false)], [1, 'a', false]],
  ['100,000 items', () => Array.from({ length: 100_000 }, (_, n) => n), Array.from({ length: 100_000 }, (_, n) => n)],
]

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
