import { HardDeletesDisabledError, InvalidEventError, ReadOnlyStreamError } from '../../src/index.ts'

/** A method and what it is called with. */
type Call = readonly [method: string, ...args: unknown[]]
export type ErrorClass = abstract new (...args: never[]) => Error

/** A call that is refused before anything is sent. */
interface BadCall {
  readonly title: string
  readonly call: Call
  readonly error: ErrorClass
  /** Part of the error's message. */
  readonly message: string
}

const ID = '0190a0b0-0000-7000-8000-00000000abcd'
const EVENT = { type: 'OrderPlaced', data: { total: 12 } }
const ANY = { expectedVersion: 'any' }
const SNAPSHOT = { sourceId: 'order-1', sourceVersion: 1, sourceType: 'Order', data: {} }
const SQL = "x'; DROP SCHEMA eventstore CASCADE; --"

const BAD_NAMES = [
  ['', RangeError, 'found an empty one'],
  ['a'.repeat(1_001), RangeError, 'found 1,001 bytes'],
  ['é'.repeat(501), RangeError, 'found 1,002 bytes'],
  ['order\u0000', RangeError, 'found a control character in "order\\u0000"'],
  ['order\n1', RangeError, 'found a control character in "order\\n1"'],
  ['order\ud83d', RangeError, 'found half of a surrogate pair'],
  [undefined, TypeError, 'must be a string, found undefined'],
  [null, TypeError, 'must be a string, found null'],
  [7, TypeError, 'must be a string, found 7'],
  [['order-1'], TypeError, 'must be a string, found an array'],
  [{ name: 'order-1' }, TypeError, 'must be a string, found an object'],
] as const

const WORD_WANTED = "expectedVersion must be 'any' or 'no-stream' or 'stream-exists', found"
const VERSION_WANTED = 'expectedVersion must be an integer of at least 0, found'

const BAD_VERSIONS = [
  [undefined, TypeError, "expectedVersion is required: a version, 'any', 'no-stream' or 'stream-exists'"],
  [null, TypeError, 'expectedVersion must be a version or a word, found null'],
  [1n, TypeError, 'expectedVersion must be a version or a word, found 1n'],
  ['1', RangeError, `${WORD_WANTED} "1"`],
  [SQL, RangeError, WORD_WANTED],
  [-1, RangeError, `${VERSION_WANTED} -1`],
  [1.5, RangeError, `${VERSION_WANTED} 1.5`],
  [Number.NaN, RangeError, `${VERSION_WANTED} NaN`],
  [Number.POSITIVE_INFINITY, RangeError, `${VERSION_WANTED} Infinity`],
  [2 ** 53, RangeError, `${VERSION_WANTED} 9007199254740992`],
] as const

const BAD_DATES = [
  [new Date(Number.NaN), RangeError, 'createdAt must be a valid Date of the years 1 to 9999, found Invalid Date'],
  [new Date(8.64e15), RangeError, 'createdAt must be a valid Date of the years 1 to 9999, found'],
  [new Date(-8.64e15), RangeError, 'createdAt must be a valid Date of the years 1 to 9999, found'],
  ['2025-01-01', TypeError, 'createdAt must be a Date, found "2025-01-01"'],
  [0, TypeError, 'createdAt must be a Date, found 0'],
  [null, TypeError, 'createdAt must be a Date, found null'],
] as const

const names = BAD_NAMES.flatMap(([name, error, message]) => [
  ...onStream(name).map((call) => ({ title: `stream name ${shown(name)}`, call, error, message })),
  ...['readSnapshot', 'deleteSnapshot'].map((method) =>
    bad(`source id ${shown(name)}`, [method, name], error, message),
  ),
  bad(`source id ${shown(name)}`, ['recordSnapshot', { ...SNAPSHOT, sourceId: name }], error, message),
  bad(`source type ${shown(name)}`, ['recordSnapshot', { ...SNAPSHOT, sourceType: name }], error, message),
  bad(`type ${shown(name)}`, ['append', 's', { ...EVENT, type: name }, ANY], InvalidEventError, message),
])

const readOnly = onStream('$all')
  .filter(([method]) => method !== 'read' && method !== 'getStream')
  .map((call) => bad('stream name $all', call, ReadOnlyStreamError, 'Stream "$all" can only be read'))

const versions = BAD_VERSIONS.flatMap(([expectedVersion, error, message]) =>
  [
    ['append', 's', EVENT, { expectedVersion }] as const,
    ['appendAll', [{ stream: 's', expectedVersion, events: [EVENT] }]] as const,
    ['link', 's', [ID], { expectedVersion }] as const,
    ['deleteStream', 's', { expectedVersion }] as const,
  ].map((call) => bad(`expected version ${shown(expectedVersion)}`, call, error, message)),
)

const options = [
  ...[null, 'any', 5, []].flatMap((value) =>
    withOptions(value).map((call) => bad(`options ${shown(value)}`, call, TypeError, 'must be an object, found')),
  ),
  ...withOptions({ tiemout: 1 }).map((call) =>
    bad('a misspelt option', call, TypeError, `${call[0]} has no option 'tiemout'. Its options are `),
  ),
  ...[0, -1, Number.NaN, Number.NEGATIVE_INFINITY].flatMap((timeout) =>
    withOptions({ timeout }).map((call) =>
      bad(`timeout ${timeout}`, call, RangeError, `must be more than 0 milliseconds (or Infinity), found ${timeout}`),
    ),
  ),
  ...['15s', null, 1n].flatMap((timeout) =>
    withOptions({ timeout }).map((call) =>
      bad(`timeout ${shown(timeout)}`, call, TypeError, 'timeout must be milliseconds, found'),
    ),
  ),
]

const dates = BAD_DATES.flatMap(([createdAt, error, message]) =>
  [
    ['append', 's', EVENT, { ...ANY, createdAt }] as const,
    ['appendAll', [{ stream: 's', ...ANY, events: [EVENT] }], { createdAt }] as const,
    ['link', 's', [ID], { ...ANY, createdAt }] as const,
    ['recordSnapshot', { ...SNAPSHOT, createdAt }] as const,
  ].map((call) => bad(`createdAt ${createdAt}`, call, error, message)),
)

const PART = 'a part of an append must be { stream, expectedVersion, events }, found'
const LINKED = 'must be a recorded event or its id, a UUID; found'

const events = [
  bad('no events', ['append', 's', [], ANY], RangeError, 'append needs at least one event; to check only a version'),
  bad('no parts', ['appendAll', []], RangeError, 'appendAll needs at least one part'),
  bad('no links', ['link', 's', [], ANY], RangeError, 'link needs at least one event'),
  ...[undefined, null, 'event', 1, () => {}].flatMap((value) => [
    bad(`the event ${shown(value)}`, ['append', 's', value, ANY], InvalidEventError, 'Event 1 of 1 is refused'),
    bad(
      `the event ${shown(value)}`,
      ['append', 's', [EVENT, value], ANY],
      InvalidEventError,
      'Event 2 of 2 is refused',
    ),
    bad(`the events ${shown(value)}`, ['appendAll', [{ stream: 's', ...ANY, events: value }]], TypeError, 'an array'),
    bad(`the parts ${shown(value)}`, ['appendAll', value], TypeError, 'appends must be an array, found'),
    bad(`the part ${shown(value)}`, ['appendAll', [value]], TypeError, PART),
    bad(`the event ${shown(value)}`, ['link', 's', [ID, value], ANY], InvalidEventError, 'Event 2 of 2 is refused: id'),
    bad(`the events ${shown(value)}`, ['link', 's', value, ANY], TypeError, 'must be an array of events or their ids'),
  ]),
  bad('a hole in events', ['append', 's', Array(1), ANY], InvalidEventError, 'must be an object, found undefined'),
  bad('a hole in parts', ['appendAll', Array(1)], TypeError, PART),
  bad('a hole in events', ['link', 's', Array(1), ANY], InvalidEventError, LINKED),
  bad('an object for parts', ['appendAll', { length: 1 }], TypeError, 'appends must be an array, found an object'),
  bad(
    'a stream that comes twice',
    ['appendAll', [1, 2].map(() => ({ stream: 's', ...ANY, events: [EVENT] }))],
    RangeError,
    'a stream comes once in an append, found "s" twice',
  ),
  ...[null, 'user', 1, []].map((metadata) =>
    bad(
      `metadata ${shown(metadata)}`,
      ['append', 's', { ...EVENT, metadata }, ANY],
      InvalidEventError,
      'metadata: must',
    ),
  ),
]

const snapshots = [
  bad('nothing', ['recordSnapshot', null], TypeError, 'snapshot must be an object, found null'),
  ...[-1, 1.5, Number.NaN].map((sourceVersion) =>
    bad(
      `source version ${sourceVersion}`,
      ['recordSnapshot', { ...SNAPSHOT, sourceVersion }],
      RangeError,
      `sourceVersion must be an integer of at least 0, found ${sourceVersion}`,
    ),
  ),
  bad('a source version of text', ['recordSnapshot', { ...SNAPSHOT, sourceVersion: '1' }], TypeError, 'found "1"'),
  ...[null, 'user', 1, []].map((metadata) =>
    bad(`metadata ${shown(metadata)}`, ['recordSnapshot', { ...SNAPSHOT, metadata }], TypeError, 'metadata must be an'),
  ),
]

const ids = ['', 'order-1', `${ID}0`, `{${ID}}`, SQL, 5, {}, Symbol('id')].flatMap((id) => [
  ...['id', 'causationId', 'correlationId'].map((field) =>
    bad(
      `${field} ${shown(id)}`,
      ['append', 's', { ...EVENT, [field]: id }, ANY],
      InvalidEventError,
      `Event 1 of 1 is refused: ${field}: must be a UUID, found`,
    ),
  ),
  bad(`the id ${shown(id)}`, ['link', 's', [id], ANY], InvalidEventError, LINKED),
  bad(`an event with the id ${shown(id)}`, ['link', 's', [{ id }], ANY], InvalidEventError, LINKED),
])

const pages = [
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].flatMap((value) => [
    bad(`page ${value}`, ['listStreams', { page: value }], RangeError, `page must be an integer of at least 1, found`),
    bad(`page size ${value}`, ['listStreams', { pageSize: value }], RangeError, `pageSize must be an integer of`),
    bad(`batch size ${value}`, ['read', 's', { batchSize: value }], RangeError, `batchSize must be an integer of`),
    bad(`from ${value}`, ['read', 's', { from: value }], RangeError, `from must be an integer of at least 1, found`),
  ]),
  ...[-1, 1.5, Number.NaN].map((limit) =>
    bad(
      `limit ${limit}`,
      ['read', 's', { limit }],
      RangeError,
      `limit must be an integer of at least 0, found ${limit}`,
    ),
  ),
  ...[null, '1', 1n].flatMap((value) => [
    bad(`page ${shown(value)}`, ['listStreams', { page: value }], TypeError, 'page must be an integer, found'),
    bad(`page size ${shown(value)}`, ['listStreams', { pageSize: value }], TypeError, 'pageSize must be an integer'),
    bad(`batch size ${shown(value)}`, ['read', 's', { batchSize: value }], TypeError, 'batchSize must be an integer'),
    bad(`limit ${shown(value)}`, ['read', 's', { limit: value }], TypeError, 'limit must be an integer, found'),
  ]),
]

const words = [null, 1, ['soft'], '', 'SOFT', SQL, '__proto__', 'constructor'].flatMap((word) => {
  const error = typeof word === 'string' ? RangeError : TypeError
  const found = (option: string) => `${shown(word)} for ${option}`
  return [
    bad(found('mode'), ['deleteStream', 's', { ...ANY, mode: word }], error, "mode must be 'soft' or 'hard', found"),
    bad(found('direction'), ['read', 's', { direction: word }], error, "must be 'forwards' or 'backwards', found"),
    bad(
      found('sortBy'),
      ['listStreams', { sortBy: word }],
      error,
      "sortBy must be 'name' or 'version' or 'createdAt' or",
    ),
    bad(found('sortDirection'), ['listStreams', { sortDirection: word }], error, "must be 'ascending' or 'descending'"),
  ]
})

const others = [
  bad('another word for from', ['read', 's', { from: SQL }], RangeError, "from must be 'start' or 'end', found"),
  bad('null for from', ['read', 's', { from: null }], TypeError, "from must be 'start' or 'end', found null"),
  bad(
    'a signal that is none',
    ['read', 's', { signal: {} }],
    TypeError,
    'signal must be an AbortSignal, found an object',
  ),
  bad('a search that is no text', ['listStreams', { search: 1 }], TypeError, 'search must be a string, found 1'),
  bad('a search for U+0000', ['listStreams', { search: 'a\u0000' }], RangeError, 'search must not contain'),
  bad('a search for half a pair', ['listStreams', { search: '\ud800' }], RangeError, 'search must not contain'),
  bad(
    'to expect no stream',
    ['deleteStream', 's', { expectedVersion: 'no-stream' }],
    RangeError,
    "deleteStream cannot expect 'no-stream': there would be nothing to delete",
  ),
  bad(
    'a hard delete without leave',
    ['deleteStream', 'kept', { ...ANY, mode: 'hard' }],
    HardDeletesDisabledError,
    'so it needs a store that was opened with { enableHardDeletes: true }',
  ),
]

/** Every operation, with each of its arguments and options wrong in turn. */
export const BAD_CALLS: readonly BadCall[] = [
  names,
  readOnly,
  versions,
  options,
  dates,
  events,
  snapshots,
  ids,
  pages,
  words,
  others,
].flat()

function bad(title: string, call: Call, error: ErrorClass, message: string): BadCall {
  return { title, call, error, message }
}

/** The operations on a stream, with everything right but its name. */
function onStream(stream: unknown): readonly Call[] {
  return [
    ['append', stream, EVENT, ANY],
    [
      'appendAll',
      [
        { stream: 'order-1', ...ANY, events: [EVENT] },
        { stream, ...ANY, events: [EVENT] },
      ],
    ],
    ['link', stream, [ID], ANY],
    ['read', stream],
    ['deleteStream', stream, ANY],
    ['getStream', stream],
  ]
}

/** All operations, with everything right but their options. */
function withOptions(value: unknown): readonly Call[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const withVersion = isObject ? { ...ANY, ...value } : value
  return [
    ['append', 'order-1', EVENT, withVersion],
    ['link', 'order-1', [ID], withVersion],
    ['deleteStream', 'order-1', withVersion],
    ['appendAll', [{ stream: 'order-1', ...ANY, events: [EVENT] }], value],
    ['read', 'order-1', value],
    ['getStream', 'order-1', value],
    ['listStreams', value],
    ['recordSnapshot', SNAPSHOT, value],
    ['readSnapshot', 'order-1', value],
    ['deleteSnapshot', 'order-1', value],
  ]
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
