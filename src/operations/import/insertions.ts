import { plainArray, textArray } from '../../postgres/array.ts'
import type { Query } from '../../postgres/executor.ts'
import { ImportRefusedError } from './import-refused.ts'
import { Places, type PlacesRow } from './places.ts'
import type { RecordOf } from './records.ts'

/** Inserts what is no large data, each kind by one statement. `schema` is a quoted identifier. */
export async function insertStreams(
  query: Query,
  schema: string,
  records: readonly RecordOf<'stream'>[],
): Promise<void> {
  await query({
    text: `
      INSERT INTO ${schema}.streams (stream_name, created_at, deleted_at)
      SELECT n.name, n.created_at, n.deleted_at
      FROM unnest($1::text::text[], $2::text::timestamptz[], $3::text::timestamptz[])
        WITH ORDINALITY AS n (name, created_at, deleted_at, number)
      ORDER BY n.number`,
    values: [
      textArray(records.map(({ name }) => name)),
      plainArray(records.map(({ createdAt }) => createdAt)),
      plainArray(records.map(({ deletedAt }) => deletedAt)),
    ],
  })
}

/** Links, each to an event of another stream, at a number that the stream has not given. */
export async function insertLinks(query: Query, schema: string, records: readonly RecordOf<'link'>[]): Promise<void> {
  const places = new Places(records)
  const [row] = await query<PlacesRow>({ text: places.statement(schema, 'links') })
  const streamIds = places.streamIds(row as PlacesRow)
  const values = [
    plainArray(streamIds),
    plainArray(records.map(({ streamVersion }) => streamVersion)),
    plainArray(records.map(({ position }) => position)),
  ]
  const links = `unnest($1::text::int8[], $2::text::int8[], $3::text::int8[])
        WITH ORDINALITY AS n (stream_id, version, position, number)`
  const [fault] = await query<{ number: string; fault: keyof typeof LINK_FAULTS }>({
    text: `
      SELECT n.number::text, CASE WHEN e.stream_id IS NULL THEN 'missing' WHEN o.taken THEN 'taken' ELSE 'own' END AS fault
      FROM ${links}
      LEFT JOIN LATERAL (SELECT e.stream_id FROM ${schema}.events e WHERE e.position = n.position OFFSET 0) e ON true
      LEFT JOIN LATERAL (
        SELECT true AS taken FROM ${schema}.events o
        WHERE o.stream_id = n.stream_id AND o.stream_version = n.version OFFSET 0
      ) o ON true
      WHERE e.stream_id IS NULL OR o.taken OR e.stream_id = n.stream_id
      ORDER BY n.number
      LIMIT 1`,
    values,
  })
  if (fault) throw new ImportRefusedError(LINK_FAULTS[fault.fault], { index: Number(fault.number) - 1 })
  await query({
    text: `
      INSERT INTO ${schema}.links (stream_id, stream_version, position)
      SELECT n.stream_id, n.version, n.position
      FROM ${links}
      ORDER BY n.number`,
    values,
  })
}

const LINK_FAULTS = {
  missing: 'expected the position of an event, found none there',
  taken: 'expected a version that the stream has not given, found one of its own events there',
  own: 'expected an event of another stream, found one of this stream',
} as const

/** No stream's next event gets a number that was given before. */
export async function raiseFloors(
  query: Query,
  schema: string,
  records: readonly RecordOf<'version'>[],
): Promise<void> {
  const raised = await query<{ name: string }>({
    text: `
      UPDATE ${schema}.streams s
      SET floor = n.version
      FROM unnest($1::text::text[], $2::text::int8[]) AS n (name, version)
      WHERE s.stream_name = n.name AND s.floor < n.version
      RETURNING s.stream_name AS name`,
    values: [textArray(records.map(({ stream }) => stream)), plainArray(records.map(({ version }) => version))],
  })
  if (raised.length === records.length) return
  const names = new Set(raised.map(({ name }) => name))
  const index = records.findIndex(({ stream }) => !names.has(stream))
  throw new ImportRefusedError(
    `expected a stream ${JSON.stringify(records[index]?.stream)} of a smaller version, found none`,
    { index },
  )
}

export async function insertSubscriptions(
  query: Query,
  schema: string,
  records: readonly RecordOf<'subscription'>[],
): Promise<void> {
  await query({
    text: `
      INSERT INTO ${schema}.subscriptions (stream_name, subscription_name, checkpoint, created_at, updated_at)
      SELECT n.stream, n.name, n.checkpoint, n.created_at, n.updated_at
      FROM unnest($1::text::text[], $2::text::text[], $3::text::int8[], $4::text::timestamptz[],
        $5::text::timestamptz[]) WITH ORDINALITY AS n (stream, name, checkpoint, created_at, updated_at, number)
      ORDER BY n.number`,
    values: [
      textArray(records.map(({ stream }) => stream)),
      textArray(records.map(({ name }) => name)),
      plainArray(records.map(({ checkpoint }) => checkpoint)),
      plainArray(records.map(({ createdAt }) => createdAt)),
      plainArray(records.map(({ updatedAt }) => updatedAt)),
    ],
  })
}
