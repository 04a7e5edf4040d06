import { dollarTag } from '../dollar-tag.ts'

/** Soft and hard deletion, and the triggers that refuse any other way of changing or removing what is stored. */
export function deletion(schema: string): string {
  const body = dollarTag(schema)
  return `
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
    UPDATE ${schema}.streams SET stream_name = NULL WHERE stream_id = found_stream.stream_id;
  END IF;
  -- By itself, so that a role may be allowed to change this column and no other.
  UPDATE ${schema}.streams SET deleted_at = date_trunc('milliseconds', clock_timestamp())
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
  IF pg_catalog.cardinality(swept_events) = 0 AND pg_catalog.cardinality(swept_links) = 0 THEN
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
