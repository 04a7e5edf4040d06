import type { Payload } from '../../options.ts'
import { dollarTag } from '../dollar-tag.ts'
import { BY_INDEX, headOf, versionOf } from './tables.ts'

/** A trigger or rule of somebody's that drops rows leaves no error behind: an append must not resolve then. */
function raiseDropped(kept: string, sent: string): string {
  return `RAISE EXCEPTION 'EventStore: a trigger or rule on its table lets only % of % events through', ${kept}, ${sent}
        USING HINT = 'Find it with eventstore doctor, and remove it.';`
}

/** How events get in, but for groups so large that they are copied. */
export function append(schema: string, payload: Payload): string {
  const body = dollarTag(schema)
  const insert = `INSERT INTO ${schema}.events AS new_event (position, stream_id, stream_version, created_at,
        event_id, causation_id, correlation_id, event_type, data, metadata)`
  /** The head, and the stream with its version, if that is the one expected. */
  const place = `(
        SELECT a.head, s.stream_id, s.version
        FROM (SELECT ${headOf(schema)} AS head FROM ${schema}.streams s WHERE s.stream_id = 0 OFFSET 0) a,
          (
            SELECT s.stream_id, ${versionOf(schema, 'probably')} AS version
            FROM ${schema}.streams s
            WHERE s.stream_name = stream AND s.deleted_at IS NULL
            OFFSET 0
          ) s
        WHERE expected IN ('no-stream', 'any', 'stream-exists') OR s.version = probably
      ) place`
  return `
-- Appends a group. Its parts are described as for reserve; of each event come the number of its part, its own within the part, and
-- its fields.
CREATE FUNCTION ${schema}.append_events(streams text[], expected text[], counts int[], appends int[], previous int[],
  times timestamptz[], parts int[], numbers int[], ids uuid[], causations uuid[], correlations uuid[], types text[],
  contents ${payload}[], about ${payload}[],
  OUT outcomes text[], OUT versions bigint[], OUT heads bigint[], OUT created timestamptz[])
LANGUAGE plpgsql ${BY_INDEX} AS ${body}
#variable_conflict use_column
DECLARE
  stream_ids bigint[];
  kept bigint;
  sent bigint;
BEGIN
  SELECT r.outcomes, r.stream_ids, r.versions, r.heads, r.created INTO outcomes, stream_ids, versions, heads, created
  FROM ${schema}.reserve(streams, expected, counts, appends, previous, times) r;
  INSERT INTO ${schema}.events (position, stream_id, stream_version, created_at,
    event_id, causation_id, correlation_id, event_type, data, metadata)
  SELECT heads[e.part] + e.number, stream_ids[e.part], COALESCE(versions[e.part], 0) + e.number, created[e.part],
    e.id, e.causation_id, e.correlation_id, e.type, e.data, e.metadata
  FROM unnest(parts, numbers, ids, causations, correlations, types, contents, about)
    AS e (part, number, id, causation_id, correlation_id, type, data, metadata)
  WHERE outcomes[e.part] = 'ok';
  GET DIAGNOSTICS kept = ROW_COUNT;
  sent := pg_catalog.cardinality(parts);
  IF kept <> sent THEN
    SELECT count(*) INTO sent FROM pg_catalog.unnest(parts) AS p (part) WHERE outcomes[p.part] = 'ok';
    IF kept <> sent THEN
      ${raiseDropped('kept', 'sent')}
    END IF;
  END IF;
END
${body};

-- One append to one stream, the most frequent group there is: what append_events does, in two thirds of the time. Returns the
-- stream's version and the last event's position; NULL when nothing was stored, and append_events knows why.
CREATE FUNCTION ${schema}.append_to_stream(stream text, expected text, at timestamptz, ids uuid[], causations uuid[],
  correlations uuid[], types text[], contents ${payload}[], about ${payload}[])
RETURNS bigint[] LANGUAGE plpgsql ${BY_INDEX} AS ${body}
#variable_conflict use_column
DECLARE
  stored bigint[];
  creates boolean := expected = 'no-stream';
  probably bigint := CASE WHEN expected NOT IN ('no-stream', 'any', 'stream-exists') THEN expected::bigint END;
BEGIN
  IF NOT ${schema}.lock_store() THEN
    RETURN NULL;
  END IF;
  at := COALESCE(at, date_trunc('milliseconds', clock_timestamp()));
  LOOP
    IF creates THEN
      INSERT INTO ${schema}.streams (stream_name, created_at)
      SELECT stream, at
      WHERE NOT EXISTS (SELECT FROM ${schema}.streams s WHERE s.stream_name = stream);
      IF NOT FOUND THEN
        RETURN NULL;
      END IF;
    END IF;
    IF pg_catalog.cardinality(ids) = 1 THEN
      ${insert}
      SELECT place.head + 1, place.stream_id, place.version + 1, at,
        ids[1], causations[1], correlations[1], types[1], contents[1], about[1]
      FROM ${place}
      RETURNING ARRAY[stream_version, position] INTO stored;
    ELSE
      WITH new_events AS (
        ${insert}
        SELECT place.head + e.number, place.stream_id, place.version + e.number, at,
          e.id, e.causation_id, e.correlation_id, e.type, e.data, e.metadata
        FROM ${place},
          unnest(ids, causations, correlations, types, contents, about) WITH ORDINALITY
            AS e (id, causation_id, correlation_id, type, data, metadata, number)
        RETURNING stream_version, position
      )
      SELECT ARRAY[max(e.stream_version), max(e.position), count(*)] INTO stored FROM new_events e HAVING count(*) > 0;
    END IF;
    IF stored[3] <> pg_catalog.cardinality(ids) OR creates AND stored IS NULL THEN
      ${raiseDropped('COALESCE(stored[3], 0)', 'pg_catalog.cardinality(ids)')}
    END IF;
    IF stored IS NOT NULL OR expected NOT IN ('any', '0') THEN
      RETURN stored;
    END IF;
    creates := true;
  END LOOP;
END
${body};
`
}
