import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { type ElixirData, type ElixirTables, elixirTables } from './elixir-tables.ts'

/** An event of an EventStore of Elixir's. */
export interface ElixirEvent {
  readonly id?: string
  readonly type: string
  /** JSON, or bytes in another form. */
  readonly data: string | Buffer
  /** Null is no metadata for the database; what a serializer makes of none may be something else: JSON's `null`. */
  readonly metadata?: string | Buffer | null
  readonly causation?: string
  readonly correlation?: string
  readonly at?: string
}

/**
 * A database as an EventStore of Elixir's leaves it: tables as its versions make them, and changed by statements that do to them what its
 * own do after appends, links, deletions, acknowledgements and snapshots; its rules and triggers are at work.
 */
export class ElixirStore {
  readonly #client: Client
  readonly #schema: string
  readonly #data: ElixirData
  readonly #metadata: ElixirData
  readonly #time: 'timestamp' | 'timestamptz'

  private constructor(client: Client, schema: string, { version, data, metadata = data }: ElixirTables) {
    this.#client = client
    this.#schema = schema
    this.#data = data
    this.#metadata = metadata
    this.#time = version === '0.14' ? 'timestamp' : 'timestamptz'
  }

  static async create(client: Client, schema: string, tables: ElixirTables): Promise<ElixirStore> {
    await client.query(elixirTables(schema, tables))
    return new ElixirStore(client, schema, tables)
  }

  /** Appends events to a stream by one statement, and resolves to their ids. */
  async append(stream: string, events: readonly ElixirEvent[]): Promise<readonly string[]> {
    const ids = events.map(({ id }) => id ?? randomUUID())
    const streamId = await this.#streamId(stream)
    const grown =
      streamId === undefined
        ? 'INSERT INTO streams (stream_uuid, stream_version) VALUES ($1, $2) RETURNING stream_id, 0::bigint AS before'
        : 'UPDATE streams SET stream_version = stream_version + $2 WHERE stream_id = $1::bigint RETURNING stream_id, stream_version - $2 AS before'
    await this.#run(
      `WITH given AS (
         SELECT * FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::${this.#data}[], $8::${this.#metadata}[],
           $9::${this.#time}[]) WITH ORDINALITY AS g (event_id, type, causation, correlation, data, metadata, at, index)),
       stream AS (${grown}),
       everything AS (
         UPDATE streams SET stream_version = stream_version + $2 WHERE stream_id = 0 RETURNING stream_version - $2 AS before),
       stored AS (
         INSERT INTO events (event_id, event_type, causation_id, correlation_id, data, metadata, created_at)
         SELECT event_id, type, causation, correlation, data, metadata, at FROM given)
       INSERT INTO stream_events (event_id, stream_id, stream_version, original_stream_id, original_stream_version)
       SELECT g.event_id, place.stream_id, place.before + g.index, s.stream_id, s.before + g.index
       FROM given g, stream s, LATERAL (
         SELECT s.stream_id, s.before UNION ALL SELECT 0, everything.before FROM everything) place`,
      [
        streamId ?? stream,
        events.length,
        ids,
        events.map(({ type }) => type),
        events.map(({ causation }) => causation ?? null),
        events.map(({ correlation }) => correlation ?? null),
        events.map(({ data }) => content(data, this.#data)),
        events.map(({ metadata }) => (metadata == null ? null : content(metadata, this.#metadata))),
        events.map(({ at }) => at ?? '2021-03-04T05:06:07.123456Z'),
      ],
    )
    return ids
  }

  /** Links events in the order given. One that is not there is left out, and its number with it. */
  async link(stream: string, eventIds: readonly string[]): Promise<void> {
    const streamId = (await this.#streamId(stream)) ?? (await this.#createStream(stream))
    await this.#run(
      `WITH stream AS (
         UPDATE streams SET stream_version = stream_version + $2 WHERE stream_id = $1 RETURNING stream_version - $2 AS before)
       INSERT INTO stream_events (stream_id, stream_version, event_id, original_stream_id, original_stream_version)
       SELECT $1, stream.before + l.index, l.event_id, own.original_stream_id, own.stream_version
       FROM stream, unnest($3::uuid[]) WITH ORDINALITY AS l (event_id, index)
       JOIN stream_events own ON own.event_id = l.event_id AND own.stream_id = own.original_stream_id`,
      [streamId, eventIds.length, eventIds],
    )
  }

  async softDelete(stream: string): Promise<void> {
    await this.#run('UPDATE streams SET deleted_at = now() WHERE stream_id = $1', [await this.#streamId(stream)])
  }

  /** Deletes a stream and all its events, also those that it only links, wherever they stand. Its subscriptions stay as they are. */
  async hardDelete(stream: string): Promise<void> {
    await this.#run("SET SESSION eventstore.enable_hard_deletes TO 'on'")
    await this.#run(
      `WITH own AS (DELETE FROM stream_events WHERE stream_id = $1 RETURNING event_id),
       places AS (DELETE FROM stream_events WHERE event_id IN (SELECT event_id FROM own)),
       gone AS (DELETE FROM events WHERE event_id IN (SELECT event_id FROM own))
       DELETE FROM streams WHERE stream_id = $1`,
      [await this.#streamId(stream)],
    )
    await this.#run('RESET eventstore.enable_hard_deletes')
  }

  async subscribe(stream: string, name: string, lastSeen: number | null): Promise<void> {
    await this.#run('INSERT INTO subscriptions (stream_uuid, subscription_name, last_seen) VALUES ($1, $2, $3)', [
      stream,
      name,
      lastSeen,
    ])
  }

  async snapshot(
    source: string,
    version: number,
    type: string,
    data: string | Buffer,
    metadata: string | Buffer | null = null,
  ): Promise<void> {
    await this.#run(
      `INSERT INTO snapshots (source_uuid, source_version, source_type, data, metadata) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (source_uuid) DO UPDATE SET source_version = $2, source_type = $3, data = $4, metadata = $5`,
      [source, version, type, content(data, this.#data), metadata === null ? null : content(metadata, this.#metadata)],
    )
  }

  async #streamId(name: string): Promise<string | undefined> {
    const [row] = await this.#run('SELECT stream_id FROM streams WHERE stream_uuid = $1', [name])
    return row && String(row.stream_id)
  }

  async #createStream(name: string): Promise<string> {
    const [row] = await this.#run('INSERT INTO streams (stream_uuid) VALUES ($1) RETURNING stream_id', [name])
    return String(row?.stream_id)
  }

  async #run(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    await this.#client.query(`SET search_path = "${this.#schema}"`)
    return (await this.#client.query(text, [...values])).rows
  }
}

function content(value: string | Buffer, type: ElixirData): string | Buffer {
  return type === 'bytea' ? Buffer.from(value) : value.toString()
}
