import { MIGRATIONS } from '../../migrations/migrations.ts'
import type { Payload } from '../../options.ts'
import type { Place } from './place.ts'

/** What was found in a schema, as far as the migrations have made it. */
export interface FoundObjects {
  /** As in `events.position`. */
  readonly columns: readonly string[]
  /** As in `events (stream_id, stream_version)`: those of indexes that are unique, valid and whole. */
  readonly keys: readonly string[]
  /** Name and body. */
  readonly functions: ReadonlyMap<string, string>
  /** Tables with the trigger `protect`, turned on. */
  readonly protectedTables: readonly string[]
  /** Other triggers, as in `trigger audit on events`. */
  readonly triggers: readonly string[]
}

export interface ObjectDifferences {
  readonly missing: readonly string[]
  readonly changed: readonly string[]
  /** Tables whose content may be changed. */
  readonly unprotected: readonly string[]
  readonly foreign: readonly string[]
}

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  migrations: ['name', 'applied_at'],
  streams: ['stream_id', 'floor', 'created_at', 'deleted_at', 'stream_name'],
  events: [
    'position',
    'stream_id',
    'stream_version',
    'created_at',
    'event_id',
    'causation_id',
    'correlation_id',
    'event_type',
    'data',
    'metadata',
  ],
  links: ['link_id', 'stream_id', 'stream_version', 'position'],
  subscriptions: [
    'subscription_id',
    'stream_name',
    'subscription_name',
    'checkpoint',
    'holder',
    'created_at',
    'updated_at',
  ],
  snapshots: ['source_id', 'source_version', 'created_at', 'source_type', 'data', 'metadata'],
  stream_versions: ['stream_id', 'stream_name', 'created_at', 'deleted_at', 'stream_version'],
}

const KEYS = [
  'migrations (name)',
  'streams (stream_id)',
  'streams (stream_name)',
  'events (position)',
  'events (event_id)',
  'events (stream_id, stream_version)',
  'links (link_id)',
  'links (stream_id, stream_version)',
  'links (position, stream_id)',
  'subscriptions (subscription_id)',
  'subscriptions (stream_name, subscription_name)',
  'snapshots (source_id)',
]

const PROTECTED = ['events', 'links', 'streams']

/** Compares what is there with what the migrations make. */
export async function readDifferences(place: Place, payload: Payload): Promise<ObjectDifferences> {
  return differencesOf(await readObjects(place), expectedFunctions(place.schema, payload))
}

export function differencesOf(found: FoundObjects, functions: ReadonlyMap<string, string>): ObjectDifferences {
  const columns = Object.entries(COLUMNS).flatMap(([table, names]) => names.map((name) => `${table}.${name}`))
  return {
    missing: [
      ...columns.filter((column) => !found.columns.includes(column)).map((column) => `column ${column}`),
      ...KEYS.filter((key) => !found.keys.includes(key)).map((key) => `a unique index on ${key}`),
      ...[...functions.keys()].filter((name) => !found.functions.has(name)).map((name) => `function ${name}`),
    ],
    changed: [...functions]
      .filter(([name, body]) => found.functions.has(name) && found.functions.get(name) !== body)
      .map(([name]) => `function ${name}`),
    unprotected: PROTECTED.filter((table) => !found.protectedTables.includes(table)),
    foreign: found.triggers,
  }
}

const FUNCTION = /^(?<name>\w+)\(.*?\bAS (?<tag>\$\w+\$)(?<body>.*?)\k<tag>/s

/** The functions that the migrations make, the last of each name: its body as PostgreSQL keeps it. */
export function expectedFunctions(schema: string, payload: Payload): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>()
  for (const { sql } of MIGRATIONS) {
    for (const text of sql(schema, payload)
      .split(/^CREATE (?:OR REPLACE )?FUNCTION /m)
      .slice(1)) {
      const definition = text.slice(`${schema}.`.length) // a schema's name may be anything
      const { name, body } = FUNCTION.exec(definition)?.groups ?? {}
      if (name !== undefined && body !== undefined) bodies.set(name, body)
    }
  }
  return bodies
}

export async function readObjects({ query, schemaName }: Place): Promise<FoundObjects> {
  const values = [schemaName]
  const columns = await query<{ name: string }>({
    text: `
      SELECT c.relname || '.' || a.attname AS name
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1::text AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')`,
    values,
  })
  const keys = await query<{ name: string }>({
    text: `
      SELECT format('%s (%s)', c.relname, string_agg(a.attname, ', ' ORDER BY k.number)) AS name
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, number)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE n.nspname = $1::text AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND k.number <= i.indnkeyatts
      GROUP BY i.indexrelid, c.relname`,
    values,
  })
  const functions = await query<{ name: string; body: string }>({
    text: `
      SELECT p.proname::text AS name, p.prosrc AS body
      FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = $1::text`,
    values,
  })
  const triggers = await query<{ name: string; table: string; enabled: string }>({
    text: `
      SELECT t.tgname::text AS name, c.relname::text AS "table", (t.tgenabled IN ('O', 'A'))::text AS enabled
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1::text AND NOT t.tgisinternal AND c.relname IN ('events', 'links', 'streams')`,
    values,
  })
  return {
    columns: columns.map(({ name }) => name),
    keys: keys.map(({ name }) => name),
    functions: new Map(functions.map(({ name, body }) => [name, body])),
    protectedTables: triggers
      .filter(({ name, enabled }) => name === 'protect' && enabled === 'true')
      .map(({ table }) => table),
    triggers: triggers
      .filter(({ name, enabled }) => name !== 'protect' && enabled === 'true')
      .map(({ name, table }) => `trigger ${name} on ${table}`),
  }
}
