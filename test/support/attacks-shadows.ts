import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, '../../src')

/** What values of the store's statements are of, and what may be taken for them. */
const TYPES = [
  ...['int2', 'int4', 'int8', 'numeric', 'float8', 'text', 'varchar', 'name', 'uuid', 'bool', 'json', 'jsonb', 'bytea'],
  ...['timestamptz', 'timestamp', 'oid', 'regclass'],
  ...['int4[]', 'int8[]', 'text[]', 'uuid[]', 'timestamptz[]', 'json[]', 'jsonb[]', 'bytea[]'],
]
const OPERATORS = ['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '||', '~~']
const TABLES = [
  ...['events', 'streams', 'links', 'migrations', 'subscriptions', 'snapshots', 'stream_versions'],
  ...['pg_class', 'pg_attribute', 'pg_namespace', 'pg_locks', 'pg_stat_activity', 'pg_database'],
]

/**
 * SQL by which somebody who may create things in the schema lies in wait for whoever has it on the `search_path`: overloads of every
 * built-in function and operator that the library's statements name, for every type that fits better than the built-in's, and tables
 * and functions by the names of the store's own. Whatever is called raises `trapped`, and advances the sequence `sprung`.
 */
export function shadowsIn(schema: string): string {
  return `
CREATE SEQUENCE ${schema}.sprung;
GRANT USAGE ON SEQUENCE ${schema}.sprung TO PUBLIC;
DO $shadows$
DECLARE
  types text[] := '{${TYPES.map((type) => `"${type}"`).join(',')}}';
  candidate record;
  variant text;
  one text;
  other text;
  operator text;
  trap text := ' LANGUAGE plpgsql AS $trap$ BEGIN PERFORM nextval(''${schema}.sprung''::regclass); RAISE EXCEPTION ''trapped''; END $trap$';
BEGIN
  -- What sets the traps is not to step into them.
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
  FOR candidate IN
    SELECT p.proname, p.proargtypes::oid[] AS args, format_type(p.prorettype, NULL) AS result
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('pg_catalog', 'eventstore') AND p.proname = ANY ('{${usedFunctions().join(',')}}') AND p.prokind <> 'w'
  LOOP
    -- Every argument but one as it is; of polymorphic ones all are replaced by the same type.
    FOR position IN 0 .. COALESCE(array_length(candidate.args, 1), 0) LOOP
      FOREACH one IN ARRAY types LOOP
        SELECT string_agg(
          CASE WHEN t.typtype = 'p' OR number = position THEN one ELSE format_type(t.oid, NULL) END, ',' ORDER BY number)
        INTO variant
        FROM unnest(candidate.args) WITH ORDINALITY AS a (oid, number) JOIN pg_type t ON t.oid = a.oid;
        BEGIN
          EXECUTE format('CREATE FUNCTION ${schema}.%I(%s) RETURNS text', candidate.proname, COALESCE(variant, '')) || trap;
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
        EXIT WHEN position = 0 AND NOT EXISTS (
          SELECT FROM unnest(candidate.args) AS a (oid) JOIN pg_type t ON t.oid = a.oid WHERE t.typtype = 'p');
      END LOOP;
    END LOOP;
  END LOOP;
  FOREACH one IN ARRAY types LOOP
    FOREACH other IN ARRAY types LOOP
      EXECUTE format('CREATE FUNCTION ${schema}.trap(%s, %s) RETURNS boolean', one, other) || trap;
      FOREACH operator IN ARRAY '{${OPERATORS.map((name) => `"${name}"`).join(',')}}'::text[] LOOP
        EXECUTE format('CREATE OPERATOR ${schema}.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = ${schema}.trap)', operator, one, other);
      END LOOP;
    END LOOP;
  END LOOP;
  FOREACH one IN ARRAY '{${TABLES.join(',')}}'::text[] LOOP
    EXECUTE format('CREATE TABLE ${schema}.%I (trapped int)', one);
  END LOOP;
END
$shadows$`
}

/** The names of all functions that the library's SQL may call: whatever is followed by a parenthesis in its code. */
function usedFunctions(): readonly string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const code = files.map((name) => readFileSync(join(SOURCE, name), 'utf8')).join('\n')
  return [...new Set(Array.from(code.matchAll(/\b([a-z_][a-z0-9_]*)\(/g), ([, name]) => name ?? ''))].sort()
}
