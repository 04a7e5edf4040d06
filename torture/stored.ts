import { Client } from 'pg'

/** What is in the database in the end, read past the store. */
export interface Stored {
  readonly events: readonly StoredEvent[]
  readonly links: readonly StoredLink[]
}

export interface StoredEvent {
  readonly position: number
  readonly id: string
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly key: string
}

/** An event in a stream that it was not appended to. */
interface StoredLink {
  readonly stream: string
  readonly version: number
  readonly position: number
}

export async function readStored(url: string): Promise<Stored> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const events = await client.query<StoredEvent>(
      `SELECT e.position::int, e.event_id::text AS id, s.stream_name AS stream, e.stream_version::int AS version,
         e.event_type AS type, e.data ->> 'key' AS key
       FROM eventstore.events e JOIN eventstore.streams s USING (stream_id)
       ORDER BY e.position`,
    )
    const links = await client.query<StoredLink>(
      `SELECT s.stream_name AS stream, l.stream_version::int AS version, l.position::int
       FROM eventstore.links l JOIN eventstore.streams s USING (stream_id)
       ORDER BY l.link_id`,
    )
    return { events: events.rows, links: links.rows }
  } finally {
    await client.end()
  }
}

/** The last number of each stream. */
export async function readHeads(url: string): Promise<ReadonlyMap<string, number>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ stream: string; head: number }>(
      'SELECT stream_name AS stream, COALESCE(stream_version, 0)::int AS head FROM eventstore.stream_versions',
    )
    return new Map(rows.map(({ stream, head }) => [stream, head]))
  } finally {
    await client.end()
  }
}
