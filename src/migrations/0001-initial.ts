import type { Payload } from '../options.ts'
import { dollarTag } from './dollar-tag.ts'

/**
 * The tables, and the functions by which everything is written.
 *
 * Whatever writes calls `lock_store` first and holds that lock until COMMIT: so positions are in commit order and gapless, and
 * a version that was checked stays what it was. An append only inserts: the head of `$all` and the version of a stream are
 * looked up at the right edge of an index, bounded below by `floor`, which hard deletes raise so that no number is given twice.
 */
export function initial(schema: string, payload: Payload): string {
  const body = dollarTag(schema)
  const sent = payload === 'jsonb' ? 'jsonb' : 'text'
  const stored = (column: string) =>
    ({ json: `${column}::json`, jsonb: column, bytea: `decode(${column}, 'hex')` })[payload]
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
    GREATEST(s.floor,
      (SELECT e.position FROM ${schema}.events e WHERE e.position > s.floor ORDER BY e.position DESC LIMIT 1))
  ELSE
    GREATEST(s.floor,
      (SELECT e.stream_version FROM ${schema}.events e
       WHERE e.stream_id = s.stream_id AND e.stream_version > s.floor ORDER BY e.stream_version DESC LIMIT 1),
      (SELECT l.stream_version FROM ${schema}.links l
       WHERE l.stream_id = s.stream_id AND l.stream_version > s.floor ORDER BY l.stream_version DESC LIMIT 1))
  END AS stream_version
FROM ${schema}.streams s;

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

-- Appends a group. new_events: [{part, n, event_id, event_type, data, metadata, causation_id, correlation_id}], n counting from 1
-- within the part.
CREATE FUNCTION ${schema}.append_events(parts jsonb, new_events jsonb) RETURNS SETOF ${schema}.reservation
LANGUAGE plpgsql AS ${body}
DECLARE
  reserved ${schema}.reservation[];
BEGIN
  reserved := ARRAY(SELECT r FROM ${schema}.reserve(parts) r);
  INSERT INTO ${schema}.events (position, stream_id, stream_version, created_at,
    event_id, causation_id, correlation_id, event_type, data, metadata)
  SELECT r.position + e.n, r.stream_id, COALESCE(r.stream_version, 0) + e.n, r.created_at,
    e.event_id, e.causation_id, e.correlation_id, e.event_type, ${stored('e.data')}, ${stored('e.metadata')}
  FROM jsonb_to_recordset(new_events) AS e (part int, n int, event_id uuid, event_type text,
    data ${sent}, metadata ${sent}, causation_id uuid, correlation_id uuid)
  JOIN unnest(reserved) r ON r.part = e.part
  WHERE r.outcome = 'ok';
  RETURN QUERY SELECT * FROM unnest(reserved);
END
${body};

-- Links existing events into a stream, in the order of event_ids, all or none. Further outcomes: missing, duplicate (of event_id).
CREATE FUNCTION ${schema}.link_events(target text, expected text, event_ids jsonb, created_at timestamptz)
RETURNS TABLE (outcome text, event_id uuid, stream_version bigint, "position" bigint) LANGUAGE plpgsql AS ${body}
#variable_conflict use_column
DECLARE
  target_id bigint;
  positions bigint[];
  refused uuid;
  reserved ${schema}.reservation;
BEGIN
  IF NOT ${schema}.lock_store() THEN
    RETURN QUERY SELECT 'isolation', NULL::uuid, NULL::bigint, NULL::bigint;
    RETURN;
  END IF;
  SELECT s.stream_id INTO target_id FROM ${schema}.streams s WHERE s.stream_name = target AND s.deleted_at IS NULL;

  SELECT array_agg(e.position ORDER BY i.number), (array_agg(i.id::uuid ORDER BY i.number) FILTER (WHERE e.position IS NULL))[1]
  INTO positions, refused
  FROM jsonb_array_elements_text(event_ids) WITH ORDINALITY AS i (id, number)
  LEFT JOIN LATERAL (
    SELECT e.position FROM ${schema}.events e JOIN ${schema}.streams s USING (stream_id)
    WHERE e.event_id = i.id::uuid AND s.stream_name IS NOT NULL OFFSET 0
  ) e ON true;
  IF refused IS NOT NULL THEN
    RETURN QUERY SELECT 'missing', refused, NULL::bigint, NULL::bigint;
    RETURN;
  END IF;

  SELECT e.event_id INTO refused
  FROM ${schema}.events e
  WHERE e.position = ANY (positions) AND (e.stream_id = target_id OR EXISTS (
    SELECT FROM ${schema}.links l WHERE l.position = e.position AND l.stream_id = target_id))
  ORDER BY e.position LIMIT 1;
  IF refused IS NOT NULL THEN
    RETURN QUERY SELECT 'duplicate', refused, NULL::bigint, NULL::bigint;
    RETURN;
  END IF;

  SELECT * INTO reserved FROM ${schema}.reserve(jsonb_build_array(jsonb_build_object('append', 1, 'stream', target,
    'expected', expected, 'events', cardinality(positions), 'created_at', created_at)));
  IF reserved.outcome = 'ok' THEN
    INSERT INTO ${schema}.links (stream_id, stream_version, position)
    SELECT reserved.stream_id, COALESCE(reserved.stream_version, 0) + p.number, p.position
    FROM unnest(positions) WITH ORDINALITY AS p (position, number)
    ORDER BY p.number;
    reserved.stream_version := COALESCE(reserved.stream_version, 0) + cardinality(positions);
  END IF;
  RETURN QUERY SELECT reserved.outcome, NULL::uuid, reserved.stream_version, positions[cardinality(positions)];
END
${body};

-- Hides a stream, or marks it as gone: its name becomes free, and sweep removes its events and the links to them.
CREATE FUNCTION ${schema}.delete_stream(target text, expected text, hard boolean)
RETURNS TABLE (outcome text, stream_version bigint) LANGUAGE plpgsql AS ${body}
#variable_conflict use_column
DECLARE
  found_stream record;
BEGIN
  IF NOT ${schema}.lock_store() THEN
    RETURN QUERY SELECT 'isolation', NULL::bigint;
    RETURN;
  END IF;
  SELECT v.stream_id, v.stream_version, v.deleted_at INTO found_stream
  FROM ${schema}.stream_versions v WHERE v.stream_name = target;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'missing', NULL::bigint;
    RETURN;
  END IF;
  IF found_stream.deleted_at IS NOT NULL THEN
    RETURN QUERY SELECT 'deleted', found_stream.stream_version;
    RETURN;
  END IF;
  IF expected NOT IN ('any', 'stream-exists') AND expected::bigint <> found_stream.stream_version THEN
    RETURN QUERY SELECT 'version', found_stream.stream_version;
    RETURN;
  END IF;
  IF hard THEN
    UPDATE ${schema}.streams s
    SET floor = (SELECT v.stream_version FROM ${schema}.stream_versions v WHERE v.stream_id = s.stream_id)
    WHERE s.stream_id = 0 OR s.stream_id IN (
      SELECT l.stream_id FROM ${schema}.events e JOIN ${schema}.links l ON l.position = e.position
      WHERE e.stream_id = found_stream.stream_id);
    UPDATE ${schema}.subscriptions SET checkpoint = 0, holder = NULL WHERE stream_name = target;
  END IF;
  UPDATE ${schema}.streams
  SET deleted_at = date_trunc('milliseconds', clock_timestamp()), stream_name = CASE WHEN hard THEN NULL ELSE target END
  WHERE stream_id = found_stream.stream_id;
  RETURN QUERY SELECT 'ok', found_stream.stream_version;
END
${body};

-- Removes up to a batch of what hard deletes have left, without the lock. False when nothing is left.
CREATE FUNCTION ${schema}.sweep(batch int) RETURNS boolean LANGUAGE plpgsql AS ${body}
DECLARE
  gone bigint;
  swept_events bigint[];
  swept_links bigint[];
BEGIN
  SELECT stream_id INTO gone FROM ${schema}.streams WHERE stream_name IS NULL ORDER BY stream_id LIMIT 1;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Pairs are compared so that the planner goes along the index and stops, however long the rest of the stream is.
  swept_events := ARRAY(
    SELECT position FROM ${schema}.events
    WHERE (stream_id, stream_version) >= (gone, 0) AND (stream_id, stream_version) < (gone + 1, 0)
    ORDER BY stream_id, stream_version LIMIT batch);
  swept_links := ARRAY(
    SELECT link_id FROM ${schema}.links
    WHERE (stream_id, stream_version) >= (gone, 0) AND (stream_id, stream_version) < (gone + 1, 0)
    ORDER BY stream_id, stream_version LIMIT batch);
  PERFORM set_config('eventstore.enable_hard_deletes', 'on', true);
  DELETE FROM ${schema}.links WHERE position = ANY (swept_events);
  DELETE FROM ${schema}.links WHERE link_id = ANY (swept_links);
  DELETE FROM ${schema}.events WHERE position = ANY (swept_events);
  IF cardinality(swept_events) = 0 AND cardinality(swept_links) = 0 THEN
    DELETE FROM ${schema}.streams WHERE stream_id = gone;
  END IF;
  PERFORM set_config('eventstore.enable_hard_deletes', 'off', true);
  RETURN true;
END
${body};

CREATE FUNCTION ${schema}.protect() RETURNS trigger LANGUAGE plpgsql AS ${body}
BEGIN
  IF current_setting('eventstore.enable_hard_deletes', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'EventStore: cannot % %', lower(TG_OP), TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation', HINT = 'Delete streams with deleteStream.';
  END IF;
  RETURN NULL;
END
${body};

CREATE TRIGGER protect BEFORE UPDATE OR DELETE OR TRUNCATE ON ${schema}.events
FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.protect();

CREATE TRIGGER protect BEFORE UPDATE OR DELETE OR TRUNCATE ON ${schema}.links
FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.protect();

CREATE TRIGGER protect BEFORE DELETE OR TRUNCATE ON ${schema}.streams
FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.protect();
`
}

function escapeLiteral(text: string): string {
  return text.replaceAll("'", "''")
}
