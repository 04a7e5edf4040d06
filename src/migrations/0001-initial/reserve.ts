import { escapeLiteral } from '../../postgres/identifier.ts'
import { dollarTag } from '../dollar-tag.ts'

/**
 * The write lock, and the check of versions under it. Whatever writes takes the lock first and holds it until COMMIT: so
 * positions are in commit order and gapless, and a version that was checked stays what it was.
 */
export function reserve(schema: string): string {
  const body = dollarTag(schema)
  return `
-- Takes the store's write lock until COMMIT. False, without the lock, in a transaction whose snapshot may be older than the lock.
CREATE FUNCTION ${schema}.lock_store() RETURNS boolean LANGUAGE plpgsql AS ${body}
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock('${escapeLiteral(schema)}.migrations'::regclass::oid::int, 0);
  RETURN true;
END
${body};

-- What reserve answers for each part. Outcomes: ok; version, deleted: this part refuses its append; other: another part does;
-- isolation: the transaction is not READ COMMITTED. stream_version and position are those before the part; NULL is no stream.
CREATE TYPE ${schema}.reservation AS (
  part int,
  outcome text,
  stream_id bigint,
  stream_version bigint,
  "position" bigint,
  created_at timestamptz
);

-- Takes the lock, and checks and reserves versions and positions for a group of appends, each of one or more parts.
-- parts: [{append, stream, expected, events, created_at, previous}] in order; events is a count; previous is the number of the
-- part before this one in the group that has the same stream.
CREATE FUNCTION ${schema}.reserve(parts jsonb) RETURNS SETOF ${schema}.reservation LANGUAGE plpgsql AS ${body}
DECLARE
  part record;
  head bigint;
  append_number int;
  append_head bigint;
  first_part int := 1;
  refused boolean := false;
  verdict text;
  version bigint;
  outcomes text[] := '{}';
  before bigint[] := '{}';
  after bigint[] := '{}';
  heads bigint[] := '{}';
  stream_ids bigint[] := '{}';
  at timestamptz;
BEGIN
  IF NOT ${schema}.lock_store() THEN
    RETURN NEXT ROW(0, 'isolation', NULL, NULL, NULL, NULL)::${schema}.reservation;
    RETURN;
  END IF;
  at := date_trunc('milliseconds', clock_timestamp());
  SELECT v.stream_version INTO head FROM ${schema}.stream_versions v WHERE v.stream_id = 0;
  FOR part IN
    SELECT p.number, p.append, p.expected, p.events, p.previous, s.stream_id, s.deleted_at, s.stream_version
    FROM ROWS FROM (
      jsonb_to_recordset(parts) AS (append int, stream text, expected text, events int, created_at timestamptz, previous int)
    ) WITH ORDINALITY AS p (append, stream, expected, events, created_at, previous, number)
    LEFT JOIN LATERAL (
      SELECT v.stream_id, v.deleted_at, v.stream_version FROM ${schema}.stream_versions v WHERE v.stream_name = p.stream OFFSET 0
    ) s ON true
    ORDER BY p.number
  LOOP
    IF append_number IS DISTINCT FROM part.append THEN
      append_number := part.append;
      append_head := head;
      first_part := part.number;
      refused := false;
    END IF;
    version := CASE WHEN part.previous IS NULL THEN part.stream_version ELSE after[part.previous] END;
    verdict := CASE
      WHEN refused THEN 'other'
      WHEN part.deleted_at IS NOT NULL THEN 'deleted'
      WHEN part.expected = 'any' THEN 'ok'
      WHEN part.expected = 'no-stream' THEN CASE WHEN version IS NULL THEN 'ok' ELSE 'version' END
      WHEN part.expected = 'stream-exists' THEN CASE WHEN version IS NULL THEN 'version' ELSE 'ok' END
      WHEN part.expected::bigint = COALESCE(version, 0) THEN 'ok'
      ELSE 'version'
    END;
    IF verdict IN ('version', 'deleted') THEN
      refused := true;
      head := append_head;
      FOR earlier IN first_part .. part.number - 1 LOOP
        outcomes[earlier] := 'other';
        after[earlier] := before[earlier];
      END LOOP;
    END IF;
    outcomes[part.number] := verdict;
    before[part.number] := version;
    stream_ids[part.number] := part.stream_id;
    heads[part.number] := head;
    IF verdict = 'ok' AND part.events > 0 THEN
      after[part.number] := COALESCE(version, 0) + part.events;
      head := head + part.events;
    ELSE
      after[part.number] := version;
    END IF;
  END LOOP;

  INSERT INTO ${schema}.streams (stream_name, created_at)
  SELECT DISTINCT ON (p.stream) p.stream, COALESCE(p.created_at, at)
  FROM ROWS FROM (jsonb_to_recordset(parts) AS (stream text, events int, created_at timestamptz))
    WITH ORDINALITY AS p (stream, events, created_at, number)
  WHERE p.events > 0 AND outcomes[p.number] = 'ok' AND stream_ids[p.number] IS NULL
  ORDER BY p.stream, p.number;

  RETURN QUERY
  SELECT p.number::int, outcomes[p.number],
    COALESCE(stream_ids[p.number], (SELECT s.stream_id FROM ${schema}.streams s WHERE s.stream_name = p.stream)),
    before[p.number], heads[p.number], COALESCE(p.created_at, at)
  FROM ROWS FROM (jsonb_to_recordset(parts) AS (stream text, created_at timestamptz))
    WITH ORDINALITY AS p (stream, created_at, number)
  ORDER BY p.number;
END
${body};
`
}
