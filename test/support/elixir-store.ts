import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'

/** An event of an EventStore of Elixir's. */
export interface ElixirEvent {
  readonly id?: string
  readonly type: string
  /** JSON, or bytes in another form. */
  readonly data: string | Buffer
  readonly metadata?: string | Buffer | null
  readonly causation?: string
  readonly correlation?: string
  readonly at?: string
}

/**
 * A database as an EventStore of Elixir's of version 1.3 leaves it, made by SQL of our own: what it is expected to look like after
 * appends, links, deletions, subscriptions and snapshots.
 */
export class ElixirStore {
  readonly #client: Client
  readonly #schema: string
  readonly #data: 'bytea' | 'jsonb'

  private constructor(client: Client, schema: string, data: 'bytea' | 'jsonb') {
    this.#client = client
    this.#schema = schema
    this.#data = data
  }

  static async create(client: Client, schema: string, data: 'bytea' | 'jsonb'): Promise<ElixirStore> {
    await client.query(tables(schema, data))
    return new ElixirStore(client, schema, data)
  }

  /** Appends events to a stream, and resolves to their ids. */
  async append(stream: string, events: readonly ElixirEvent[]): Promise<readonly string[]> {
    const { id, version } = await this.#stream(stream)
    const head = await this.#head()
    const ids: string[] = []
    for (const [index, event] of events.entries()) {
      const eventId = event.id ?? randomUUID()
      ids.push(eventId)
      await this.#run('INSERT INTO events VALUES ($1, $2, $3, $4, $5, $6, $7)', [
        eventId,
        event.type,
        event.causation ?? null,
        event.correlation ?? null,
        this.#content(event.data),
        event.metadata == null ? null : this.#content(event.metadata),
        event.at ?? '2021-03-04T05:06:07.123456Z',
      ])
      const own = version + index + 1
      await this.#place(eventId, id, own, id, own)
      await this.#place(eventId, '0', head + index + 1, id, own)
    }
    await this.#run('UPDATE streams SET stream_version = $2 WHERE stream_id = $1', [id, version + events.length])
    await this.#run('UPDATE streams SET stream_version = $1 WHERE stream_id = 0', [head + events.length])
    return ids
  }

  async link(stream: string, eventIds: readonly string[]): Promise<void> {
    const { id, version } = await this.#stream(stream)
    for (const [index, eventId] of eventIds.entries()) {
      const [own] = await this.#run(
        'SELECT original_stream_id, original_stream_version FROM stream_events WHERE event_id = $1 AND stream_id = 0',
        [eventId],
      )
      await this.#place(eventId, id, version + index + 1, own?.original_stream_id, own?.original_stream_version)
    }
    await this.#run('UPDATE streams SET stream_version = $2 WHERE stream_id = $1', [id, version + eventIds.length])
  }

  async softDelete(stream: string): Promise<void> {
    await this.#run('UPDATE streams SET deleted_at = $2 WHERE stream_uuid = $1', [
      stream,
      '2022-02-03T04:05:06.000007Z',
    ])
  }

  /** Leaves holes in `$all`, and in the streams that link its events. */
  async hardDelete(stream: string): Promise<void> {
    const { id } = await this.#stream(stream)
    await this.#run(
      `WITH gone AS (DELETE FROM stream_events WHERE original_stream_id = $1 OR stream_id = $1 RETURNING event_id, original_stream_id)
       DELETE FROM events WHERE event_id IN (SELECT event_id FROM gone WHERE original_stream_id = $1)`,
      [id],
    )
    await this.#run('DELETE FROM streams WHERE stream_id = $1', [id])
  }

  async subscribe(stream: string, name: string, lastSeen: number | null): Promise<void> {
    await this.#run(
      'INSERT INTO subscriptions (stream_uuid, subscription_name, last_seen, created_at) VALUES ($1, $2, $3, $4)',
      [stream, name, lastSeen, '2021-05-06T07:08:09.5Z'],
    )
  }

  async snapshot(source: string, version: number, type: string, data: string | Buffer): Promise<void> {
    const values = [source, version, type, this.#content(data), null, '2021-07-08T09:10:11.000001Z']
    await this.#run('INSERT INTO snapshots VALUES ($1, $2, $3, $4, $5, $6)', values)
  }

  async #stream(name: string): Promise<{ readonly id: string; readonly version: number }> {
    const [row] = await this.#run(
      `INSERT INTO streams (stream_uuid, created_at) VALUES ($1, '2021-01-02T03:04:05.678901Z')
       ON CONFLICT (stream_uuid) DO UPDATE SET stream_uuid = excluded.stream_uuid
       RETURNING stream_id, stream_version`,
      [name],
    )
    return { id: String(row?.stream_id), version: Number(row?.stream_version) }
  }

  async #head(): Promise<number> {
    const [row] = await this.#run('SELECT stream_version FROM streams WHERE stream_id = 0', [])
    return Number(row?.stream_version)
  }

  async #place(...values: readonly unknown[]): Promise<void> {
    await this.#run('INSERT INTO stream_events VALUES ($1, $2, $3, $4, $5)', values)
  }

  #content(content: string | Buffer): string | Buffer {
    return this.#data === 'bytea' ? Buffer.from(content) : content.toString()
  }

  async #run(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    await this.#client.query(`SET search_path = "${this.#schema}"`)
    return (await this.#client.query(text, [...values])).rows
  }
}

function tables(schema: string, data: 'bytea' | 'jsonb'): string {
  return `
    CREATE SCHEMA "${schema}";
    SET search_path = "${schema}";
    CREATE TABLE streams (
      stream_id bigserial PRIMARY KEY, stream_uuid text NOT NULL UNIQUE, stream_version bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz);
    INSERT INTO streams (stream_id, stream_uuid, stream_version) VALUES (0, '$all', 0);
    CREATE TABLE events (
      event_id uuid PRIMARY KEY, event_type text NOT NULL, causation_id uuid, correlation_id uuid,
      data ${data} NOT NULL, metadata ${data}, created_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE stream_events (
      event_id uuid NOT NULL, stream_id bigint NOT NULL, stream_version bigint NOT NULL,
      original_stream_id bigint, original_stream_version bigint, PRIMARY KEY (event_id, stream_id));
    CREATE UNIQUE INDEX ON stream_events (stream_id, stream_version);
    CREATE TABLE subscriptions (
      subscription_id bigserial PRIMARY KEY, stream_uuid text NOT NULL, subscription_name text NOT NULL, last_seen bigint,
      created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream_uuid, subscription_name));
    CREATE TABLE snapshots (
      source_uuid text PRIMARY KEY, source_version bigint NOT NULL, source_type text NOT NULL, data ${data} NOT NULL,
      metadata ${data}, created_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE schema_migrations (
      major_version int NOT NULL, minor_version int NOT NULL, patch_version int NOT NULL,
      migrated_at timestamp NOT NULL DEFAULT now(), PRIMARY KEY (major_version, minor_version, patch_version));
    INSERT INTO schema_migrations VALUES (0, 17, 0), (1, 0, 0), (1, 1, 0), (1, 2, 0), (1, 3, 0), (1, 3, 2);`
}
