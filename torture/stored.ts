import { Client } from 'pg'

/** What is in the database in the end, read past the store. */
export interface Stored {
  readonly events: readonly StoredEvent[]
  readonly links: readonly StoredLink[]
  /** The names of the streams that are soft deleted. */
  readonly hidden: readonly string[]
}

export interface StoredEvent {
  readonly position: number
  readonly id: string
  /** Empty when it belongs to no stream any more. */
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly key: string
  /** What its writer knows it by. */
  readonly mark: string
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
      `SELECT e.position::int, e.event_id::text AS id, COALESCE(s.stream_name, '') AS stream, e.stream_version::int AS version,
         e.event_type AS type, e.data ->> 'key' AS key, e.data ->> 'mark' AS mark
       FROM eventstore.events e LEFT JOIN eventstore.streams s USING (stream_id)
       ORDER BY e.position`,
    )
    const links = await client.query<StoredLink>(
      `SELECT COALESCE(s.stream_name, '') AS stream, l.stream_version::int AS version, l.position::int
       FROM eventstore.links l LEFT JOIN eventstore.streams s USING (stream_id)
       ORDER BY l.link_id`,
    )
    const hidden = await client.query<{ stream: string }>(
      'SELECT stream_name AS stream FROM eventstore.streams WHERE deleted_at IS NOT NULL AND stream_name IS NOT NULL',
    )
    return { events: events.rows, links: links.rows, hidden: hidden.rows.map(({ stream }) => stream) }
  } finally {
    await client.end()
  }
}
