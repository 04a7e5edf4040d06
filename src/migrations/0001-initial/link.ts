import { dollarTag } from '../dollar-tag.ts'
import { BY_INDEX } from './tables.ts'

/** How links get in. */
export function link(schema: string): string {
  const body = dollarTag(schema)
  return `
-- Links existing events into a stream, in the order of event_ids, all or none. Further outcomes: missing, duplicate (of event_id).
CREATE FUNCTION ${schema}.link_events(target text, expected text, event_ids jsonb, created_at timestamptz)
RETURNS TABLE (outcome text, event_id uuid, stream_version bigint, "position" bigint) LANGUAGE plpgsql ${BY_INDEX} AS ${body}
#variable_conflict use_column
DECLARE
  target_id bigint;
  positions bigint[];
  refused uuid;
  reserved record;
BEGIN
  IF NOT ${schema}.lock_store() THEN
    RETURN QUERY SELECT 'isolation', NULL::uuid, NULL::bigint, NULL::bigint;
    RETURN;
  END IF;
  SELECT s.stream_id INTO target_id FROM ${schema}.streams s WHERE s.stream_name = target AND s.deleted_at IS NULL;

  SELECT pg_catalog.array_agg(e.position ORDER BY i.number), (pg_catalog.array_agg(i.id::uuid ORDER BY i.number) FILTER (WHERE e.position IS NULL))[1]
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

  SELECT * INTO reserved FROM ${schema}.reserve(ARRAY[target], ARRAY[expected], ARRAY[pg_catalog.cardinality(positions)], '{1}', NULL,
    ARRAY[created_at]);
  IF reserved.outcomes[1] = 'ok' THEN
    INSERT INTO ${schema}.links (stream_id, stream_version, position)
    SELECT reserved.stream_ids[1], COALESCE(reserved.versions[1], 0) + p.number, p.position
    FROM pg_catalog.unnest(positions) WITH ORDINALITY AS p (position, number)
    ORDER BY p.number;
    reserved.versions[1] := COALESCE(reserved.versions[1], 0) + pg_catalog.cardinality(positions);
  END IF;
  RETURN QUERY SELECT reserved.outcomes[1], NULL::uuid, reserved.versions[1], positions[pg_catalog.cardinality(positions)];
END
${body};
`
}
