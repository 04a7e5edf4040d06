import { openPool, type Pool } from './driver.ts'

const CONNECTIONS = 10
const PAGE = 1_000

const SELECT = `
  SELECT position, stream_id, stream_version, created_at, event_id, causation_id, correlation_id, event_type, data, metadata
  FROM eventstore.events`

interface EventRow {
  /** A bigint, which the driver leaves as text. */
  readonly position: string
}

/**
 * Reads a store's rows with the driver alone: its promises, its default parsing, rows as objects, with JSON and dates as values.
 * Prepared statements, a pool as large as the store's, pages as large as the store's.
 */
export class PgReader {
  readonly #pool: Pool

  constructor(connectionString: string) {
    this.#pool = openPool(connectionString, CONNECTIONS)
  }

  /** The ids of streams, by name. */
  async streamIds(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.#pool.query<{ stream_id: string; stream_name: string }>(
      'SELECT stream_id, stream_name FROM eventstore.streams',
    )
    return new Map(rows.map(({ stream_id, stream_name }) => [stream_name, stream_id]))
  }

  /** Reads the first page of a stream, by its id. Resolves to the number of events. */
  async readStream(streamId: string): Promise<number> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'read-stream',
      text: `${SELECT} WHERE stream_id = $1 AND stream_version > $2 ORDER BY stream_version LIMIT $3`,
      values: [streamId, 0, PAGE],
    })
    return rows.length
  }

  /** Reads events by position, page by page, to this many. Resolves to the number of events. */
  async readAll(limit: number): Promise<number> {
    let read = 0
    let after = '0'
    while (read < limit) {
      const { rows } = await this.#pool.query<EventRow>({
        name: 'read-all',
        text: `${SELECT} WHERE position > $1 ORDER BY position LIMIT $2`,
        values: [after, Math.min(PAGE, limit - read)],
      })
      const last = rows.at(-1)
      if (!last) break
      after = last.position
      read += rows.length
    }
    return read
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}
