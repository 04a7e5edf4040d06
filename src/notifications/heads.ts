import type { Query } from '../postgres/executor.ts'

/** How far a store has got: the position of its last event, and the id of its last link. */
export interface Heads {
  readonly position: number
  readonly linkId: number
}

/** More names than this, and everybody is woken. */
const MOST_NAMES = 1_000

/** Looks at both heads: two index look-ups. */
export async function readHeads(query: Query, schema: string): Promise<Heads> {
  const [row] = await query<{ position: string; link_id: string | null }>({
    text: `
      SELECT v.stream_version::text AS position,
        (SELECT l.link_id FROM ${schema}.links l ORDER BY l.link_id DESC LIMIT 1)::text AS link_id
      FROM ${schema}.stream_versions v
      WHERE v.stream_id = 0`,
  })
  return { position: Number(row?.position ?? 0), linkId: Number(row?.link_id ?? 0) }
}

/** The streams that have grown past these heads; undefined when they are too many to name. */
export async function readGrown(query: Query, schema: string, past: Heads): Promise<readonly string[] | undefined> {
  const rows = await query<{ stream_name: string }>({
    text: `
      SELECT s.stream_name
      FROM ${schema}.streams s
      WHERE s.stream_name IS NOT NULL AND s.stream_id IN (
        SELECT e.stream_id FROM ${schema}.events e WHERE e.position > $1::text::int8
        UNION
        SELECT l.stream_id FROM ${schema}.links l WHERE l.link_id > $2::text::int8
      )
      LIMIT ${MOST_NAMES + 1}`,
    values: [String(past.position), String(past.linkId)],
  })
  return rows.length > MOST_NAMES ? undefined : rows.map(({ stream_name }) => stream_name)
}
