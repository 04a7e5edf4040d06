export type ElixirData = 'bytea' | 'jsonb'

/** How the tables of an EventStore of Elixir's came to be. */
export interface ElixirTables {
  /**
   * Which of its versions made them: those of 0.17 are those of 1.0 too; `1.4` has made them at once, `0.17 to 1.4` by its migrations.
   * The two differ in nothing but the rows of `schema_migrations`.
   */
  readonly version: '0.14' | '0.17' | '1.1' | '1.4' | '0.17 to 1.4'
  readonly data: ElixirData
  /** @default as for data */
  readonly metadata?: ElixirData
}

/** Makes a schema with the tables, constraints, indexes, functions, rules and triggers that an EventStore of Elixir's has there. */
export function elixirTables(schema: string, { version, data, metadata = data }: ElixirTables): string {
  const naive = version === '0.14'
  const time = naive
    ? "timestamp without time zone NOT NULL DEFAULT (now() AT TIME ZONE 'utc')"
    : 'timestamp with time zone NOT NULL DEFAULT now()'
  const steps = [tables(time, data, metadata), RULES]
  steps.push(notify("'events'", FROM_OLD), onChange('UPDATE'), migrated(naive ? '0, 14, 0' : '0, 17, 0'))
  if (version !== '0.14' && version !== '0.17') steps.push(notify(CHANNEL, FROM_OLD), migrated('1, 1, 0'))
  if (version === '1.4' || version === '0.17 to 1.4') {
    steps.push(TRIGGERS, 'ALTER TABLE streams ADD COLUMN deleted_at timestamp with time zone;', migrated('1, 2, 0'))
    steps.push('DROP TRIGGER event_notification ON streams;', onChange('INSERT OR UPDATE'), migrated('1, 3, 0'))
    steps.push(notify(CHANNEL, "(CASE TG_OP WHEN 'UPDATE' THEN OLD.stream_version ELSE 0 END)"), migrated('1, 3, 2'))
  }
  if (version === '1.4') steps.push('DELETE FROM schema_migrations WHERE (minor_version, patch_version) <> (3, 2);')
  return `CREATE SCHEMA "${schema}"; SET search_path = "${schema}"; ${steps.join('\n')}`
}

function tables(time: string, data: ElixirData, metadata: ElixirData): string {
  return `
    CREATE TABLE streams (
      stream_id bigserial PRIMARY KEY NOT NULL, stream_uuid text NOT NULL, stream_version bigint NOT NULL DEFAULT 0,
      created_at ${time});
    CREATE UNIQUE INDEX ix_streams_stream_uuid ON streams (stream_uuid);
    INSERT INTO streams (stream_id, stream_uuid, stream_version) VALUES (0, '$all', 0);
    CREATE TABLE events (
      event_id uuid PRIMARY KEY NOT NULL, event_type text NOT NULL, causation_id uuid, correlation_id uuid,
      data ${data} NOT NULL, metadata ${metadata}, created_at ${time});
    CREATE TABLE stream_events (
      event_id uuid NOT NULL REFERENCES events (event_id), stream_id bigint NOT NULL REFERENCES streams (stream_id),
      stream_version bigint NOT NULL, original_stream_id bigint REFERENCES streams (stream_id),
      original_stream_version bigint, PRIMARY KEY (event_id, stream_id));
    CREATE UNIQUE INDEX ix_stream_events ON stream_events (stream_id, stream_version);
    CREATE TABLE subscriptions (
      subscription_id bigserial PRIMARY KEY NOT NULL, stream_uuid text NOT NULL, subscription_name text NOT NULL,
      last_seen bigint, created_at ${time});
    CREATE UNIQUE INDEX ix_subscriptions_stream_uuid_subscription_name ON subscriptions (stream_uuid, subscription_name);
    CREATE TABLE snapshots (
      source_uuid text PRIMARY KEY NOT NULL, source_version bigint NOT NULL, source_type text NOT NULL,
      data ${data} NOT NULL, metadata ${metadata}, created_at ${time});
    CREATE TABLE schema_migrations (
      major_version int NOT NULL, minor_version int NOT NULL, patch_version int NOT NULL, migrated_at ${time},
      PRIMARY KEY (major_version, minor_version, patch_version));`
}

function migrated(version: string): string {
  return `INSERT INTO schema_migrations (major_version, minor_version, patch_version) VALUES (${version});`
}

/** Until 1.2 what must not be done is not done, and nobody is told. */
const RULES = `
  CREATE RULE no_update_events AS ON UPDATE TO events DO INSTEAD NOTHING;
  CREATE RULE no_delete_events AS ON DELETE TO events DO INSTEAD NOTHING;
  CREATE RULE no_update_stream_events AS ON UPDATE TO stream_events DO INSTEAD NOTHING;
  CREATE RULE no_delete_stream_events AS ON DELETE TO stream_events DO INSTEAD NOTHING;`

const REFUSALS = [
  ['no_update_events', 'UPDATE', 'events', 'event_store_exception'],
  ['no_delete_events', 'DELETE', 'events', 'event_store_delete'],
  ['no_update_stream_events', 'UPDATE', 'stream_events', 'event_store_exception'],
  ['no_delete_stream_events', 'DELETE', 'stream_events', 'event_store_delete'],
  ['no_delete_streams', 'DELETE', 'streams', 'event_store_delete'],
] as const

/** From 1.2 on it is refused, unless hard deletes are enabled. */
const TRIGGERS = `
  DROP RULE no_update_events ON events;
  DROP RULE no_delete_events ON events;
  DROP RULE no_update_stream_events ON stream_events;
  DROP RULE no_delete_stream_events ON stream_events;
  CREATE FUNCTION event_store_exception() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    RAISE EXCEPTION USING MESSAGE = 'EventStore: ' || TG_ARGV[0];
  END $body$;
  CREATE FUNCTION event_store_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    IF 'on' IN (current_setting('eventstore.enable_hard_deletes', true), current_setting('eventstore.reset', true)) THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION USING MESSAGE = 'EventStore: ' || TG_ARGV[0], ERRCODE = 'feature_not_supported';
  END $body$;
  ${REFUSALS.map(
    ([name, what, table, refuse]) =>
      `CREATE TRIGGER ${name} BEFORE ${what} ON ${table} FOR EACH STATEMENT
       EXECUTE PROCEDURE ${refuse}('Cannot ${what.toLowerCase()} ${table.replace('_', ' ')}');`,
  ).join('\n')}`

const CHANNEL = "TG_TABLE_SCHEMA || '.events'"
const FROM_OLD = 'OLD.stream_version'

/** What tells listeners of the numbers that a stream has grown by. */
function notify(channel: string, before: string): string {
  return `
    CREATE OR REPLACE FUNCTION notify_events() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      PERFORM pg_notify(${channel},
        concat_ws(',', NEW.stream_uuid, NEW.stream_id, ${before} + 1, NEW.stream_version));
      RETURN NULL;
    END $body$;`
}

function onChange(change: string): string {
  return `CREATE TRIGGER event_notification AFTER ${change} ON streams FOR EACH ROW EXECUTE PROCEDURE notify_events();`
}
