import { lockClass } from '../../postgres/advisory-locks.ts'
import { dollarTag } from '../dollar-tag.ts'
import { BY_INDEX, versionOf } from './tables.ts'

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
  PERFORM pg_advisory_xact_lock(${lockClass(schema)}::int, 0);
  RETURN true;
END
${body};

-- Takes the lock, and checks and reserves versions and positions for a group of appends, each of one or more parts.
-- In, for each part in order: its stream, the version expected, how many events it has, the number of its append, which part before
-- it in the group has the same stream (NULL: none), and a time (NULL: now).
-- Out, for each part: an outcome (ok; version, deleted: this part refuses its append; other: another part does), and the stream's
-- id, the version and the head before the part, and the time. A version of NULL is no stream. Or only the outcome isolation: the
-- transaction is not READ COMMITTED.
CREATE FUNCTION ${schema}.reserve(streams text[], expected text[], counts int[], appends int[], previous int[], times timestamptz[],
  OUT outcomes text[], OUT stream_ids bigint[], OUT versions bigint[], OUT heads bigint[], OUT created timestamptz[])
LANGUAGE plpgsql ${BY_INDEX} AS ${body}
DECLARE
  part record;
  head bigint;
  append_number int;
  append_head bigint;
  first_part int := 1;
  refused boolean := false;
  missing boolean := false;
  verdict text;
  version bigint;
  after bigint[] := '{}';
  at timestamptz;
BEGIN
  IF NOT ${schema}.lock_store() THEN
    outcomes := '{isolation}';
    RETURN;
  END IF;
  at := date_trunc('milliseconds', clock_timestamp());
  SELECT v.stream_version INTO head FROM ${schema}.stream_versions v WHERE v.stream_id = 0;
  FOR part IN
    SELECT p.*, s.stream_id, s.deleted_at, s.stream_version
    FROM (
      SELECT u.*, CASE WHEN u.expected NOT IN ('any', 'no-stream', 'stream-exists') THEN u.expected::bigint END AS probably
      FROM unnest(streams, expected, counts, appends, previous, times) WITH ORDINALITY
        AS u (stream, expected, events, append, previous, created_at, number)
    ) p
    LEFT JOIN LATERAL (
      SELECT s.stream_id, s.deleted_at, ${versionOf(schema, 'p.probably')} AS stream_version
      FROM ${schema}.streams s
      WHERE s.stream_name = p.stream AND s.stream_id > 0
      OFFSET 0
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
        after[earlier] := versions[earlier];
      END LOOP;
    END IF;
    outcomes[part.number] := verdict;
    versions[part.number] := version;
    stream_ids[part.number] := part.stream_id;
    heads[part.number] := head;
    created[part.number] := COALESCE(part.created_at, at);
    IF verdict = 'ok' AND part.events > 0 THEN
      after[part.number] := COALESCE(version, 0) + part.events;
      head := head + part.events;
      missing := missing OR part.stream_id IS NULL;
    ELSE
      after[part.number] := version;
    END IF;
  END LOOP;

  IF missing THEN
    WITH created_streams AS (
      INSERT INTO ${schema}.streams (stream_name, created_at)
      SELECT DISTINCT ON (p.stream) p.stream, p.created_at
      FROM unnest(streams, outcomes, counts, stream_ids, created) WITH ORDINALITY
        AS p (stream, outcome, events, stream_id, created_at, number)
      WHERE p.events > 0 AND p.outcome = 'ok' AND p.stream_id IS NULL
      ORDER BY p.stream, p.number
      RETURNING stream_id, stream_name
    )
    SELECT pg_catalog.array_agg(COALESCE(p.stream_id, c.stream_id) ORDER BY p.number) INTO stream_ids
    FROM unnest(streams, stream_ids) WITH ORDINALITY AS p (stream, stream_id, number)
    LEFT JOIN created_streams c ON c.stream_name = p.stream;
  END IF;
END
${body};
`
}
