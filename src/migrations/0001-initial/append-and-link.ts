import type { Payload } from '../../options.ts'
import { dollarTag } from '../dollar-tag.ts'

/**
 * How events and links get in. Content comes as text, but for jsonb, which keeps nothing to the letter anyway; there
 * jsonb_to_recordset makes NULL of a JSON null.
 */
export function appendAndLink(schema: string, payload: Payload): string {
  const body = dollarTag(schema)
  const sent = payload === 'jsonb' ? 'jsonb' : 'text'
  const stored = (column: string) =>
    ({ json: `${column}::json`, jsonb: `COALESCE(${column}, 'null')`, bytea: `decode(${column}, 'hex')` })[payload]
  return `
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
`
}
