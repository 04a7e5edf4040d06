import type { Payload } from '../options.ts'
import type { Operations } from './operations.ts'

/** Characters (or bytes) of content that come at once. */
const SLICE = 4 * 1024 * 1024

/** Which content of which event or snapshot. */
export interface ContentRequest {
  readonly of: 'event' | 'snapshot'
  readonly id: string
  readonly part: 'data' | 'metadata'
}

const TABLES = { event: 'events', snapshot: 'snapshots' } as const
const MATCHES = { event: 'r.event_id = $1::text::uuid', snapshot: 'r.source_id = $1::text' } as const
const COLUMNS = { data: 'r.data', metadata: 'r.metadata' } as const

/**
 * A whole content piece by piece, as it is stored: one of 64 MB must not be in memory as a whole. Nothing when there is no such event
 * or snapshot. Throws when a snapshot is replaced meanwhile: the pieces would not fit together.
 */
export async function* readContentSlices(
  { query, schema }: Operations,
  payload: Payload,
  { of, id, part }: ContentRequest,
): AsyncGenerator<Uint8Array, undefined> {
  const column = COLUMNS[part]
  const slice =
    payload === 'bytea'
      ? `substring(${column} FROM $2::text::int4 FOR ${SLICE})`
      : `substr(${column}::text, $2::text::int4, ${SLICE})`
  const text = `
    SELECT ${payload === 'bytea' ? "encode(c.slice, 'hex')" : 'c.slice'} AS slice, length(c.slice)::text AS length,
      r.xmin::text AS written
    FROM ${schema}.${TABLES[of]} r
    CROSS JOIN LATERAL (SELECT ${slice} AS slice OFFSET 0) c
    WHERE ${MATCHES[of]}`
  let written: string | undefined
  for (let from = 1; ; from += SLICE) {
    const [row] = await query<{ slice: string; length: string; written: string }>({ text, values: [id, String(from)] })
    if (!row && from === 1) return
    if (!row || row.written !== (written ?? row.written)) {
      throw new Error(`The ${part} of ${of} ${JSON.stringify(id)} changed while it was read.`)
    }
    written = row.written
    yield Buffer.from(row.slice, payload === 'bytea' ? 'hex' : 'utf8')
    if (Number(row.length) < SLICE) return
  }
}
