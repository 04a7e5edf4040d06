import { EventStore, type EventStoreOptions, type EventTypes, type NewEvent } from '../../src/index.ts'
import { runSql } from './run-sql.ts'

type Payload = NonNullable<EventStoreOptions<EventTypes>['payload']>

/** Names that mean something to somebody: SQL, JSON, JavaScript, a terminal, a line. */
export const HOSTILE_NAMES = [
  `'; DROP TABLE events; --`,
  'a"b\\c',
  '\\u0000\\n',
  '$1 $body$',
  '{a,b}',
  'NULL',
  '__proto__',
  'constructor',
  ' ',
  'naïve 名前 👩‍👩‍👧',
  '\u202eright to left \u2028',
] as const

/** JSON that JavaScript would not give back as it is: numbers, order and number of keys, white space, line breaks. */
const ODD_JSON = [
  '12345678901234567890',
  '1.0',
  '-0.0',
  '1e400000',
  '{"b":1, "a":2,"b":3}',
  '{\n  "pretty":\t"printed"\r\n}',
  '{"2":1,"1":2,"__proto__":{"x":1}}',
  '"\\u0041\\/\\ud83d\\ude00 \u2028 👩‍👩‍👧"',
  ' [ ] ',
  'null',
] as const
/** What jsonb can hold of it. */
const NO_JSONB = new Set(['1e400000'])

/** Stores text as it is given, as the content of the column; anything else as JSON. */
const RAW = {
  serialize: (value: unknown) =>
    typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value),
  deserialize: (content: string | Uint8Array) =>
    typeof content === 'string' ? content : Buffer.from(content).toString('base64'),
}

/** Opens a store whose data is the text (or the bytes, in base64) of the column. */
export function openRaw(connectionString: string, schema: string, payload: Payload): EventStore {
  const options = { connectionString, schema, payload, serializer: RAW, enableHardDeletes: true } as const
  return new EventStore({ ...options, onDiagnostic: () => {} })
}

/** Makes a store with something of everything that a store can hold, holes at the ends of its streams and of `$all` too. */
export async function makeEverything(connectionString: string, schema: string, payload: Payload): Promise<void> {
  await using store = openRaw(connectionString, schema, payload)
  await store.migrate()
  const ids = Array.from({ length: 4 }, () => crypto.randomUUID())
  const order = ids.map(
    (id, index): NewEvent => ({
      type: 'Placed',
      data: `{"n":${index}}`,
      id,
      ...(index > 0 && { causationId: ids[index - 1], correlationId: ids[0] }),
    }),
  )
  await store.append('order-1', order, { expectedVersion: 'no-stream', createdAt: new Date(1) })
  for (const name of HOSTILE_NAMES) {
    await store.append(name, { type: name, data: '{}', metadata: { [name]: name } }, { expectedVersion: 'no-stream' })
  }
  await store.append('odd', odd(payload), { expectedVersion: 'no-stream' })
  await deleteSome(store)
  // Own events and links in one stream, one after the other.
  await store.link('mixed', [ids[2] ?? '', ids[0] ?? ''], { expectedVersion: 'no-stream' })
  await store.append('mixed', { type: 'A', data: '1' }, { expectedVersion: 2 })
  await store.link('mixed', [ids[1] ?? ''], { expectedVersion: 3 })
  await makeHolesAtTheEnds(store, ids)
  await store.recordSnapshot({ sourceId: 'order-1', sourceVersion: 3, sourceType: 'Order', data: '{"total":1.50}' })
  for (const sourceId of HOSTILE_NAMES) {
    await store.recordSnapshot({ sourceId, sourceVersion: 0, sourceType: sourceId, data: '[]', createdAt: new Date(5) })
  }
  await subscribeSome(store)
  await changePast(connectionString, schema)
}

function odd(payload: Payload): NewEvent[] {
  const texts = ODD_JSON.filter((text) => payload !== 'jsonb' || !NO_JSONB.has(text))
  const events = texts.map((data): NewEvent => ({ type: 'Odd', data }))
  if (payload !== 'bytea') return events
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  return [...events, { type: 'Bytes', data: bytes }, { type: 'Bytes', data: new Uint8Array(0) }]
}

/** A stream that is hidden, one that is gone from the middle, and a name that is used again. */
async function deleteSome(store: EventStore): Promise<void> {
  const events: NewEvent[] = [
    { type: 'A', data: '1' },
    { type: 'B', data: '2' },
  ]
  for (const name of ['hidden', 'gone', 'again']) await store.append(name, events, { expectedVersion: 'no-stream' })
  await store.deleteStream('hidden', { expectedVersion: 2 })
  await store.deleteStream('gone', { expectedVersion: 2, mode: 'hard' })
  await store.deleteStream('again', { expectedVersion: 2, mode: 'hard' })
  await store.append('again', events, { expectedVersion: 'no-stream' })
}

/** The last events of `$all` and the last links of a stream are gone; another stream has nothing left but its version. */
async function makeHolesAtTheEnds(store: EventStore, ids: readonly string[]): Promise<void> {
  await store.append('last', Array(3).fill({ type: 'L', data: '0' }), { expectedVersion: 'no-stream' })
  const last = (await store.read('last').toArray()).map(({ id }) => id)
  await store.link('links', [ids[3] ?? '', ...last], { expectedVersion: 'no-stream' })
  await store.link('only links', last, { expectedVersion: 'no-stream' })
  await store.deleteStream('last', { expectedVersion: 3, mode: 'hard' })
}

async function subscribeSome(store: EventStore): Promise<void> {
  for (const [stream, handled] of [
    ['$all', 7],
    ['order-1', 2],
    [HOSTILE_NAMES[1], 1],
    ['not there yet', 0],
  ] as const) {
    const subscription = store.subscribe(stream, `of ${stream}`)
    const subscriber = subscription.connect()
    await subscription.acquired()
    let count = 0
    if (handled > 0) {
      for await (const event of subscriber) {
        subscriber.ack(event)
        if (++count === handled) break
      }
    }
    await subscription.close()
  }
}

/** Times with microseconds, at the ends of what can be told. */
async function changePast(connectionString: string, schema: string): Promise<void> {
  await runSql(
    connectionString,
    `BEGIN;
     SET LOCAL eventstore.enable_hard_deletes = 'on';
     UPDATE ${schema}.events SET created_at = '2020-02-29 23:59:59.999999+00' WHERE position = 1;
     UPDATE ${schema}.events SET created_at = '0001-01-01 00:00:00.000001+00' WHERE position = 2;
     UPDATE ${schema}.events SET created_at = '9999-12-31 23:59:59.999999+00' WHERE position = 3;
     UPDATE ${schema}.streams SET created_at = '1969-12-31 23:59:59.999001+00' WHERE stream_name = 'order-1';
     UPDATE ${schema}.subscriptions SET updated_at = '2020-01-01 00:00:00.000001+00' WHERE stream_name = '$all';
     COMMIT`,
  )
}
