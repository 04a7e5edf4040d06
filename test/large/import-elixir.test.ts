import { expect, test } from 'vitest'
import { Interruption } from '../../src/cli/failure.ts'
import { commandLine } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { ElixirStore } from '../support/elixir-store.ts'
import { eventually } from '../support/eventually.ts'
import { freshStore } from '../support/fresh-store.ts'
import { runSql, withClient } from '../support/run-sql.ts'

const database = useDatabase()

const EVENTS = 1_000_000
const STREAMS = 10_000
/** Every so manieth stream is hard deleted, with its events and their links. */
const DELETED = 100
const LINKED = 10

test('1,000,000 events of an EventStore of Elixir’s are imported, interrupted and resumed, and are the same', async () => {
  await withClient(database.connectionString, async (client) => {
    await ElixirStore.create(client, 'elixir', { version: '1.4', data: 'bytea' })
    await client.query(fill())
    await client.query('ANALYZE')
  })
  const left = EVENTS - EVENTS / DELETED
  await using store = await freshStore(database.connectionString)
  const args = [
    'import-elixir',
    '--from',
    database.connectionString,
    '--from-schema',
    'elixir',
    '--schema',
    store.schema,
  ]

  const interruption = new AbortController()
  const interrupted = commandLine(database.connectionString, args, { signal: interruption.signal })
  await eventually(async () => expect(await countEvents(store.schema)).toBeGreaterThan(100_000), { within: 60_000 })
  interruption.abort(new Interruption(130))
  expect(await interrupted).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('to go on from there') })
  const before = await countEvents(store.schema)
  expect(before).toBeLessThan(left)

  const began = performance.now()
  const { exitCode, rows, stderr } = await commandLine(database.connectionString, [...args, '--json'])
  const seconds = (performance.now() - began) / 1_000
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  console.log(`${left - before} of ${left} events imported, and all compared, in ${seconds.toFixed(1)} s`)
  expect(rows[0]).toMatchObject({ events: left, found: expect.any(Number) })
  expect(rows).toContainEqual({ kind: 'event', source: left, store: left, different: 0 })
  expect(rows).toContainEqual({
    kind: 'stream',
    source: STREAMS - STREAMS / DELETED + 1,
    store: STREAMS - STREAMS / DELETED + 1,
    different: 0,
  })
  expect(await store.getStream('$all')).toMatchObject({ version: EVENTS })
  expect(await store.append('stream-1', { type: 'New', data: 1 }, { expectedVersion: EVENTS / STREAMS })).toMatchObject(
    {
      position: EVENTS + 1,
    },
  )
}, 600_000)

async function countEvents(schema: string): Promise<number> {
  const [row] = await runSql<{ count: number }>(
    database.connectionString,
    `SELECT count(*)::int AS count FROM "${schema}".events`,
  )
  return row?.count ?? 0
}

function fill(): string {
  return `
    SET search_path = elixir;
    SET session_replication_role = replica; -- no triggers, no checks of references: they would take minutes
    INSERT INTO streams (stream_id, stream_uuid, stream_version)
      SELECT n, 'stream-' || n, ${EVENTS / STREAMS} FROM generate_series(1, ${STREAMS}) n;
    INSERT INTO streams (stream_id, stream_uuid, stream_version) VALUES (${STREAMS + 1}, 'links', ${EVENTS / LINKED});
    UPDATE streams SET stream_version = ${EVENTS} WHERE stream_id = 0;
    INSERT INTO events (event_id, event_type, data, metadata, created_at)
      SELECT md5('event ' || n)::uuid, 'Elixir.Shop.Event' || n % 10,
        convert_to('{"number":' || n || ',"text":"' || repeat('x', 150) || '"}', 'UTF8'), convert_to('{"user":"ann"}', 'UTF8'),
        '2021-01-01T00:00:00Z'::timestamptz + n * interval '1 second 1 microsecond'
      FROM generate_series(1, ${EVENTS}) n;
    INSERT INTO stream_events
      SELECT md5('event ' || n)::uuid, (n - 1) % ${STREAMS} + 1, (n - 1) / ${STREAMS} + 1,
        (n - 1) % ${STREAMS} + 1, (n - 1) / ${STREAMS} + 1
      FROM generate_series(1, ${EVENTS}) n;
    INSERT INTO stream_events SELECT event_id, 0, (original_stream_version - 1) * ${STREAMS} + original_stream_id,
        original_stream_id, original_stream_version FROM stream_events;
    INSERT INTO stream_events SELECT event_id, ${STREAMS + 1}, stream_version / ${LINKED}, original_stream_id, original_stream_version
      FROM stream_events WHERE stream_id = 0 AND stream_version % ${LINKED} = 0;
    DELETE FROM events e USING stream_events s
      WHERE s.event_id = e.event_id AND s.stream_id = 0 AND s.original_stream_id % ${DELETED} = 0;
    DELETE FROM stream_events WHERE original_stream_id % ${DELETED} = 0;
    DELETE FROM streams WHERE stream_id > 0 AND stream_id % ${DELETED} = 0;
    INSERT INTO subscriptions (stream_uuid, subscription_name, last_seen) VALUES ('$all', 'projector', ${EVENTS / 2})`
}
