import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { countedEvent, elixirImports } from '../support/elixir-import.ts'
import { ElixirStore } from '../support/elixir-store.ts'
import { NIL, TERMS } from '../support/elixir-terms.ts'
import { eventually } from '../support/eventually.ts'
import { type FreshStore, freshStore } from '../support/fresh-store.ts'
import { countWaiting, runSql, withClient } from '../support/run-sql.ts'
import { startPiped } from '../support/terminal.ts'

const database = useDatabase()
const { source, importFrom } = elixirImports(database)

/** Lets nobody write to a store until the work is done. */
function locking<Result>(store: FreshStore, work: () => Promise<Result>): Promise<Result> {
  return withClient(database.connectionString, async (client) => {
    await client.query('BEGIN')
    await client.query(`SELECT "${store.schema}".lock_store()`)
    const result = await work()
    await client.query('ROLLBACK')
    return result
  })
}

function waiting(): Promise<void> {
  return eventually(async () => expect(await countWaiting(database.connectionString)).toBe(1), { within: 30_000 })
}

test('an import that is killed goes on when it is repeated', async () => {
  const schema = await source({ version: '1.4', data: 'bytea' }, async (elixir) => {
    for (let stream = 0; stream < 40; stream++) {
      const events = Array.from({ length: 1_000 }, (_, n) => countedEvent(n))
      await elixir.append(`order-${stream}`, events)
    }
  })
  await using store = await freshStore(database.connectionString)
  const connections = ['--url', database.connectionString, '--from', database.connectionString]
  const args = ['import-elixir', ...connections, '--from-schema', schema, '--schema', store.schema]
  const head = async () => (await store.getStream('$all')).version

  const killed = startPiped(args)
  await eventually(async () => expect(await head()).toBeGreaterThan(0), { within: 60_000 })
  await locking(store, async () => {
    await waiting()
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(await head()).toBeLessThan(40_000)
  })
  const { exitCode, rows } = await importFrom(schema, store.schema, '--json')
  expect({ exitCode, report: rows[0] }).toMatchObject({ exitCode: 0, report: { events: 40_000 } })
  expect(rows[0]?.found).toBeGreaterThan(0)
  expect(await head()).toBe(40_000)
}, 120_000)

test('what is written to the source meanwhile is not imported, and is no difference', async () => {
  await withClient(database.connectionString, async (client) => {
    const schema = `elixir_${randomUUID().slice(0, 8)}`
    const elixir = await ElixirStore.create(client, schema, { version: '1.4', data: 'bytea' })
    await elixir.append('order-1', [countedEvent(1), countedEvent(2)])
    await using store = await freshStore(database.connectionString)
    const importing = await locking(store, async () => {
      const printed = importFrom(schema, store.schema)
      await waiting()
      await elixir.append('order-1', [countedEvent(3)])
      await elixir.hardDelete('order-1')
      await elixir.append('order-2', [countedEvent(4)])
      return { printed }
    })
    expect(await importing.printed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^events +2 +2 +0$/m) })
    expect((await store.read('$all').toArray()).map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }])
  })
}, 60_000)

describe('a decoder', () => {
  async function decoderFile(code: string, name = 'decoder.mjs'): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'eventstore-decoder-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, name), code)
    return join(folder, name)
  }

  const id = randomUUID()
  const terms = () =>
    source({ version: '1.4', data: 'bytea' }, async (elixir) => {
      await elixir.append('s', [{ ...countedEvent(1), id, type: 'Term', data: Buffer.from([131, 97, 42]) }])
    })

  test.each([
    ['throws', 'export default () => { throw new Error("unknown tag") }', 'The decoder failed'],
    ['returns nothing', 'export default () => undefined', 'The decoder returned undefined'],
    ['returns what JSON does not know', 'export default () => 1n', 'The decoder failed'],
  ])('that %s stops it, and the event is named', async (_, code, found) => {
    await using store = await freshStore(database.connectionString)
    const { exitCode, stderr } = await importFrom(await terms(), store.schema, '--decoder', await decoderFile(code))
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(found) })
    expect(stderr).toContain(`the data of event ${id} at position 1, of type "Term"`)
  })

  test('of the guide makes JSON of what Erlang has written', async () => {
    const guide = await readFile(new URL('../../docs/from-elixir.md', import.meta.url), 'utf8')
    const [, code] = /<!-- example: file erlang-terms\.ts -->\n```ts\n(.*?)\n```\n/s.exec(guide) ?? []
    const file = await decoderFile(code ?? '', 'erlang-terms.ts')
    const schema = await source({ version: '1.4', data: 'bytea' }, async (elixir) => {
      const events = TERMS.map(([written]) => Buffer.from(written, 'base64'))
      const appended = events.map((data) => ({ type: 'Term', data, metadata: NIL }))
      await elixir.append('terms', appended)
      await elixir.snapshot('terms', 1, 'Term', events[0] ?? '', NIL)
    })
    await using store = await freshStore(database.connectionString)
    const { exitCode, stderr } = await importFrom(schema, store.schema, '--decoder', file)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('they are the same') })
    const events = await store.read('terms').toArray()
    expect(events.map(({ data }) => data)).toEqual(TERMS.map(([, value]) => value))
    expect(new Set(events.map(({ metadata }) => JSON.stringify(metadata)))).toEqual(new Set(['{}']))
    expect(await store.readSnapshot('terms')).toMatchObject({ data: TERMS[0]?.[1], metadata: {} })
  })

  test('is asked for bytes alone: metadata in jsonb are as they are', async () => {
    const schema = await source({ version: '1.4', data: 'bytea', metadata: 'jsonb' }, async (elixir) => {
      await elixir.append('s', [{ ...countedEvent(1), data: Buffer.from([131, 97, 42]), metadata: '{"user":"ann"}' }])
    })
    await using store = await freshStore(database.connectionString)
    const file = await decoderFile('export default (bytes, { part }) => ({ part, n: bytes[2] })')
    expect(await importFrom(schema, store.schema, '--decoder', file)).toMatchObject({ exitCode: 0 })
    const [event] = await store.read('s').toArray()
    expect(event).toMatchObject({ data: { part: 'data', n: 42 }, metadata: { user: 'ann' } })
  })
})

describe('a source that cannot be read', () => {
  const elsewhere = (parts: Partial<Pick<URL, 'pathname' | 'port' | 'username' | 'password'>>): string =>
    Object.assign(new URL(database.connectionString), parts).href

  test.each([
    ['is missing', { pathname: '/not_there' }, /source cannot be read: .*database "not_there" does not exist/],
    ['does not answer', { port: '1' }, /source cannot be read: No connection to PostgreSQL/],
  ])('as its database %s is told of as the source', async (_, parts, message) => {
    await using store = await freshStore(database.connectionString)
    const args = ['import-elixir', '--from', elsewhere(parts), '--schema', store.schema]
    const { exitCode, stderr } = await commandLine(database.connectionString, args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) })
  })

  test('as its role lacks rights says which it needs', async () => {
    const schema = await source({ version: '1.4', data: 'bytea' })
    const role = `reader_${randomUUID().slice(0, 8)}`
    await runSql(database.connectionString, `CREATE ROLE "${role}" LOGIN PASSWORD 'secret'`)
    onTestFinished(async () => {
      await runSql(database.connectionString, `DROP OWNED BY "${role}"`)
      await runSql(database.connectionString, `DROP ROLE "${role}"`)
    })
    const from = elsewhere({ username: role, password: 'secret' })
    await using store = await freshStore(database.connectionString)
    const args = ['import-elixir', '--from', from, '--from-schema', schema, '--schema', store.schema]
    for (const what of ['schema', 'table']) {
      const { exitCode, stderr } = await commandLine(database.connectionString, args)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('needs USAGE') })
      expect(stderr).toContain(`The source cannot be read: permission denied for ${what}`)
      await runSql(database.connectionString, `GRANT USAGE ON SCHEMA "${schema}" TO "${role}"`)
    }
  })
})

test('metadata that are not JSON name the event, and both ways out', async () => {
  const schema = await source({ version: '1.4', data: 'jsonb', metadata: 'bytea' }, async (elixir) => {
    await elixir.append('s', [countedEvent(1), { ...countedEvent(2), metadata: NIL }])
  })
  await using store = await freshStore(database.connectionString)
  const { exitCode, stderr } = await importFrom(schema, store.schema)
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('metadata must be JSON') })
  expect(stderr).toMatch(/event \(position 2, id .*--payload bytea.*--decoder\. What was imported before stays\./)
})

describe('a schema', () => {
  test('of EventStore 0.13 is refused: what version it is, what is missing, and what to do', async () => {
    const schema = await source({ version: '0.14', data: 'bytea' })
    const change = (text: string) => runSql(database.connectionString, text)
    await change(`DROP TABLE "${schema}".stream_events`)
    await change(`ALTER TABLE "${schema}".subscriptions DROP COLUMN last_seen`)
    await change(`UPDATE "${schema}".schema_migrations SET minor_version = 13`)
    await using store = await freshStore(database.connectionString)
    const { exitCode, stderr } = await importFrom(schema, store.schema)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('(version 0.13.0)') })
    expect(stderr).toContain(
      'has no table stream_events, no column subscriptions.last_seen, as those of version 1 have',
    )
    expect(stderr).toMatch(/EventStore 1\.4.*mix event_store\.migrate/)
  })

  test('that is another one than that of an EventStore is refused, and says where there is one', async () => {
    const schema = await source({ version: '1.4', data: 'bytea' })
    await using store = await freshStore(database.connectionString)
    for (const other of ['public', store.schema, 'no such schema']) {
      const { exitCode, stderr } = await importFrom(other, store.schema)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--from-schema') })
      expect(stderr).toMatch(/There is no EventStore of Elixir's in schema ".*There is one in "elixir_/)
    }
    expect(schema).toMatch(/^elixir_/)
  })
})
