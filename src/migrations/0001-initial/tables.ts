import type { Payload } from '../../options.ts'

/**
 * The tables, and the view that knows each stream's version: an append only inserts, so a version is looked up at the right edge
 * of an index, bounded below by `floor`, which hard deletes raise so that no number is given twice.
 */
export function tables(schema: string, payload: Payload): string {
  return `
CREATE TABLE ${schema}.migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE ${schema}.streams (
  stream_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  floor bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  deleted_at timestamptz,
  stream_name text COLLATE "C" UNIQUE
);
COMMENT ON COLUMN ${schema}.streams.stream_name IS 'NULL once the stream is hard deleted and its events are being swept';

INSERT INTO ${schema}.streams (stream_id, stream_name) OVERRIDING SYSTEM VALUE VALUES (0, '$all');

CREATE TABLE ${schema}.events (
  position bigint PRIMARY KEY,
  stream_id bigint NOT NULL,
  stream_version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  event_id uuid NOT NULL UNIQUE,
  causation_id uuid,
  correlation_id uuid,
  event_type text NOT NULL,
  data ${payload} NOT NULL,
  metadata ${payload} NOT NULL,
  UNIQUE (stream_id, stream_version)
);

CREATE TABLE ${schema}.links (
  link_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream_id bigint NOT NULL,
  stream_version bigint NOT NULL,
  position bigint NOT NULL,
  UNIQUE (stream_id, stream_version),
  UNIQUE (position, stream_id)
);

CREATE TABLE ${schema}.subscriptions (
  subscription_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream_name text COLLATE "C" NOT NULL,
  subscription_name text COLLATE "C" NOT NULL,
  checkpoint bigint NOT NULL DEFAULT 0,
  holder uuid,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  updated_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  UNIQUE (stream_name, subscription_name)
);

CREATE TABLE ${schema}.snapshots (
  source_id text COLLATE "C" PRIMARY KEY,
  source_version bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  source_type text NOT NULL,
  data ${payload} NOT NULL,
  metadata ${payload} NOT NULL
);

-- Each stream with its version; of $all, the head.
CREATE VIEW ${schema}.stream_versions AS
SELECT s.stream_id, s.stream_name, s.created_at, s.deleted_at,
  CASE WHEN s.stream_id = 0 THEN
    ${headOf(schema)}
  ELSE
    ${versionOf(schema)}
  END AS stream_version
FROM ${schema}.streams s;
`
}

/**
 * A setting of functions that look up by index. Their plans are kept, and one that was made while a table had a page or two would
 * go on reading all of it when it has grown a thousandfold, until the server analyzes it next.
 */
export const BY_INDEX = 'SET enable_seqscan = off'

/** The position of the last event, given the row `s` of `$all`. */
export function headOf(schema: string): string {
  return `GREATEST(s.floor,
      (SELECT e.position FROM ${schema}.events e WHERE e.position > s.floor ORDER BY e.position DESC LIMIT 1))`
}

/**
 * The version of a stream, given its row `s`. `expected` is an SQL expression of the version that it probably has: of a stream that
 * has it, one entry of the index is looked at then; otherwise all on the last page.
 */
export function versionOf(schema: string, expected?: string): string {
  const latest = (bound: string) =>
    `(SELECT e.stream_version FROM ${schema}.events e
       WHERE e.stream_id = s.stream_id AND e.stream_version ${bound} ORDER BY e.stream_version DESC LIMIT 1)`
  const own = latest('> s.floor')
  return `GREATEST(s.floor,
      ${expected === undefined ? own : `COALESCE(${latest(`>= ${expected}`)}, ${own})`},
      (SELECT l.stream_version FROM ${schema}.links l
       WHERE l.stream_id = s.stream_id AND l.stream_version > s.floor ORDER BY l.stream_version DESC LIMIT 1))`
}
