import type { Kind } from '../export/format.ts'
import { endsInHole, nameOf, stillThere, timeText } from '../export/lines.ts'
import type { RecordOf, StoreRecord } from './records.ts'

/** What identifies a record, and must be the same in the file and in the store: the names of the facts, and how they read. */
export type Facts = readonly (string | null)[]

/** How the records of a kind that a store holds are read, in the order in which an export has them. */
interface Section<Each extends Kind> {
  readonly facts: readonly string[]
  readonly factsOf: (record: RecordOf<Each>) => Facts
  /** What the rows come after: the columns of an order, and their values before the first row. */
  readonly before: readonly string[]
  /** Selects the columns of the order, as many as `before` has, and the facts, all as text, after those of `$1`, `$2`, …; then LIMIT. */
  readonly select: (schema: string) => string
}

export const SECTIONS: { readonly [Each in Kind]: Section<Each> } = {
  stream: {
    facts: ['name', 'createdAt', 'deletedAt'],
    factsOf: ({ name, createdAt, deletedAt }) => [name, createdAt, deletedAt],
    before: ['0'],
    select: (schema) => `
      SELECT s.stream_id::text, s.stream_name, ${timeText('s.created_at')}, ${timeText('s.deleted_at')}
      FROM ${schema}.streams s
      WHERE s.stream_id > $1::text::int8 AND s.stream_name IS NOT NULL
      ORDER BY s.stream_id`,
  },
  event: {
    facts: ['position', 'id', 'stream', 'streamVersion'],
    factsOf: ({ position, id, stream, streamVersion }) => [String(position), id, stream, String(streamVersion)],
    before: ['0'],
    select: (schema) => `
      SELECT e.position::text, e.position::text, e.event_id::text, s.stream_name, e.stream_version::text
      FROM ${schema}.events e
      CROSS JOIN LATERAL (${nameOf({ schema }, 'e.stream_id')}) s
      WHERE e.position > (SELECT $1::text::int8)
      ORDER BY e.position`,
  },
  link: {
    facts: ['stream', 'streamVersion', 'position'],
    factsOf: ({ stream, streamVersion, position }) => [stream, String(streamVersion), String(position)],
    before: ['0'],
    select: (schema) => `
      SELECT l.link_id::text, s.stream_name, l.stream_version::text, l.position::text
      FROM ${schema}.links l
      CROSS JOIN LATERAL (${nameOf({ schema }, 'l.stream_id')}) s
      CROSS JOIN LATERAL (${stillThere({ schema }, 'l.position')}) e
      WHERE l.link_id > (SELECT $1::text::int8)
      ORDER BY l.link_id`,
  },
  version: {
    facts: ['stream', 'version'],
    factsOf: ({ stream, version }) => [stream, String(version)],
    before: ['-1'],
    select: (schema) => `
      SELECT s.stream_id::text, s.stream_name, s.floor::text
      FROM ${schema}.streams s
      WHERE s.stream_id > $1::text::int8 AND ${endsInHole({ schema })}
      ORDER BY s.stream_id`,
  },
  snapshot: {
    facts: ['sourceId', 'sourceVersion', 'sourceType', 'createdAt'],
    factsOf: ({ sourceId, sourceVersion, sourceType, createdAt }) => [
      sourceId,
      String(sourceVersion),
      sourceType,
      createdAt,
    ],
    before: [''],
    select: (schema) => `
      SELECT s.source_id, s.source_id, s.source_version::text, s.source_type, ${timeText('s.created_at')}
      FROM ${schema}.snapshots s
      WHERE s.source_id > $1::text
      ORDER BY s.source_id`,
  },
  subscription: {
    facts: ['stream', 'name', 'checkpoint', 'createdAt'],
    factsOf: ({ stream, name, checkpoint, createdAt }) => [stream, name, String(checkpoint), createdAt],
    before: ['', ''],
    select: (schema) => `
      SELECT s.stream_name, s.subscription_name,
        s.stream_name, s.subscription_name, s.checkpoint::text, ${timeText('s.created_at')}
      FROM ${schema}.subscriptions s
      WHERE (s.stream_name, s.subscription_name) > ($1::text, $2::text)
      ORDER BY s.stream_name, s.subscription_name`,
  },
}

/** The facts of a record, whatever its kind. */
export function factsOf(record: StoreRecord): Facts {
  switch (record.record) {
    case 'stream':
      return SECTIONS.stream.factsOf(record)
    case 'event':
      return SECTIONS.event.factsOf(record)
    case 'link':
      return SECTIONS.link.factsOf(record)
    case 'version':
      return SECTIONS.version.factsOf(record)
    case 'snapshot':
      return SECTIONS.snapshot.factsOf(record)
    case 'subscription':
      return SECTIONS.subscription.factsOf(record)
    default:
      return record satisfies never
  }
}

/** Facts as they are told: `position 3, id …`. */
export function describeFacts(kind: Kind, facts: Facts): string {
  return SECTIONS[kind].facts.map((name, index) => `${name} ${show(facts[index])}`).join(', ')
}

function show(fact: string | null | undefined): string {
  if (fact == null) return 'none'
  return /^[\w.:-]+$/.test(fact) ? fact : JSON.stringify(fact.length > 100 ? `${fact.slice(0, 100)}…` : fact)
}
