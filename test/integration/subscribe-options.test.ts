import { describe, expect, test } from 'vitest'
import { EventStore } from '../../src/index.ts'
import { useDatabase } from '../support/database.ts'
import { errorOf, invoke } from '../support/invoke.ts'

const database = useDatabase()

type Refusal = readonly [why: string, args: readonly unknown[], error: typeof TypeError | typeof RangeError]

const NOT_COUNTS: readonly unknown[] = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]
const NOT_NUMBERS: readonly unknown[] = ['1', null, 1n, {}, true]

/** What an option that counts things refuses. */
function badCounts(option: string, args: (options: object) => readonly unknown[]): Refusal[] {
  const refuse = (error: typeof TypeError | typeof RangeError) => (value: unknown) =>
    [`${option}: ${String(value)}`, args({ [option]: value }), error] as const
  return [...NOT_COUNTS.map(refuse(RangeError)), ...NOT_NUMBERS.map(refuse(TypeError))]
}

const SUBSCRIBE: readonly Refusal[] = [
  ['a stream name of another type', [1, 'sub'], TypeError],
  ['an empty stream name', ['', 'sub'], RangeError],
  ['a name of another type', ['s', 5], TypeError],
  ['no name', ['s'], TypeError],
  ['an empty name', ['s', ''], RangeError],
  ['a name with a control character', ['s', 'a\nb'], RangeError],
  ['a name that is too long', ['s', 'x'.repeat(1_001)], RangeError],
  ...badCounts('maxQueued', (options) => ['s', 'sub', options]),
  ...badCounts('checkpointEvery', (options) => ['s', 'sub', options]),
  ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31].map(
    (checkpointAfter): Refusal => [
      `checkpointAfter: ${checkpointAfter}`,
      ['s', 'sub', { checkpointAfter }],
      RangeError,
    ],
  ),
  ['checkpointAfter of another type', ['s', 'sub', { checkpointAfter: '5' }], TypeError],
  ...[-1, 0.5, Number.NaN, 'now', 2 ** 53].map(
    (after): Refusal => [`after: ${after}`, ['s', 'sub', { after }], RangeError],
  ),
  ['after of another type', ['s', 'sub', { after: null }], TypeError],
  ['a filter that is no function', ['s', 'sub', { filter: 'x' }], TypeError],
  ['partitionBy that is no function', ['s', 'sub', { partitionBy: 'stream' }], TypeError],
  ['an unknown option', ['s', 'sub', { maxInFlight: 5 }], TypeError],
  ['options that are no object', ['s', 'sub', 'all'], TypeError],
]

const CONNECT: readonly Refusal[] = [
  ...badCounts('maxInFlight', (options) => [options]),
  ['a signal that is none', [{ signal: 5 }], TypeError],
  ['null as signal', [{ signal: null }], TypeError],
  ['an unknown option', [{ concurrency: 2 }], TypeError],
  ['options that are no object', [5], TypeError],
]

const handler = () => {}
const RUN: readonly Refusal[] = [
  ['no handler', [], TypeError],
  ['a handler that is no function', [{}], TypeError],
  ...badCounts('maxInFlight', (options) => [handler, options]),
  ...badCounts('concurrency', (options) => [handler, options]),
  ['a signal that is none', [handler, { signal: 'x' }], TypeError],
  ['null as signal', [handler, { signal: null }], TypeError],
  ['an unknown option', [handler, { parallel: 2 }], TypeError],
]

const REACHED: readonly Refusal[] = [
  ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map((n): Refusal => [`${n}`, [n], RangeError]),
  ['a text', ['5'], TypeError],
  ['nothing', [], TypeError],
  ['a signal that is none', [5, { signal: {} }], TypeError],
  ['an unknown option', [5, { timeout: 5 }], TypeError],
]

const ACQUIRED: readonly Refusal[] = [
  ['a signal that is none', [{ signal: {} }], TypeError],
  ['an unknown option', [{ timeout: 5 }], TypeError],
]

const ACK: readonly Refusal[] = [undefined, null, '1', {}, 1n, { eventNumber: '1' }].map(
  (value): Refusal => [`${typeof value} ${String(value)}`, [value], TypeError],
)

const METHODS = [
  ['subscribe', SUBSCRIBE],
  ['connect', CONNECT],
  ['run', RUN],
  ['reached', REACHED],
  ['acquired', ACQUIRED],
  ['ack', ACK],
] as const

describe.each(METHODS)('%s refuses', (method, refusals) => {
  test.each(refusals)('%s', async (_, args, error) => {
    await using store = new EventStore({ connectionString: database.connectionString })
    const subscription = store.subscribe('$all', 'sub')
    if (method === 'ack') {
      await using subscriber = subscription.connect()
      expect(await errorOf(() => invoke(subscriber, method, ...args))).toBeInstanceOf(error)
      return
    }
    const target = method === 'subscribe' ? store : subscription
    expect(await errorOf(() => invoke(target, method, ...args))).toBeInstanceOf(error)
    await subscription.close()
    expect(await store.listSubscriptions()).not.toContainEqual(expect.objectContaining({ active: true }))
  })
})

test('listSubscriptions and deleteSubscription refuse what they do not know, as a rejection', async () => {
  await using store = new EventStore({ connectionString: database.connectionString })
  const refusals: readonly [method: string, args: readonly unknown[], error: typeof TypeError | typeof RangeError][] = [
    ['listSubscriptions', [{ limit: 5 }], TypeError],
    ['listSubscriptions', [{ timeout: -1 }], RangeError],
    ['deleteSubscription', [], TypeError],
    ['deleteSubscription', ['s'], TypeError],
    ['deleteSubscription', ['', 'sub'], RangeError],
    ['deleteSubscription', ['s', 'sub', { timeout: 0 }], RangeError],
  ]
  for (const [method, args, error] of refusals) {
    const result = invoke(store, method, ...args)
    expect(result).toBeInstanceOf(Promise)
    expect(await errorOf(() => result)).toBeInstanceOf(error)
  }
})
