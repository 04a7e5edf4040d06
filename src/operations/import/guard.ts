import type { Query } from '../../postgres/executor.ts'
import { ImportRefusedError } from './import-refused.ts'

/** How far a store has got: the last of its streams, events and links. Whatever is appended or linked changes it. */
export interface Guard {
  readonly streamId: string
  readonly position: string
  readonly linkId: string
}

/** A row with the columns of a guard. */
export function guardStatement(schema: string): string {
  return `
    SELECT
      COALESCE((SELECT s.stream_id FROM ${schema}.streams s ORDER BY s.stream_id DESC LIMIT 1), 0)::text AS "streamId",
      COALESCE((SELECT e.position FROM ${schema}.events e ORDER BY e.position DESC LIMIT 1), 0)::text AS "position",
      COALESCE((SELECT l.link_id FROM ${schema}.links l ORDER BY l.link_id DESC LIMIT 1), 0)::text AS "linkId"`
}

export async function readGuard(query: Query, schema: string): Promise<Guard> {
  const [row] = await query<Guard>({ text: guardStatement(schema) })
  return row ?? { streamId: '0', position: '0', linkId: '0' }
}

/** Throws ImportRefusedError when somebody else has written to the store meanwhile. */
export function checkGuard(expected: Guard, found: Guard): void {
  const same =
    expected.streamId === found.streamId && expected.position === found.position && expected.linkId === found.linkId
  if (same) return
  throw new ImportRefusedError(
    `somebody else writes to the store: expected its last event at ${expected.position}, found it at ${found.position} ` +
      '(or another stream or link). Nothing of this batch was stored. Stop what writes to it, or import into another store',
  )
}
