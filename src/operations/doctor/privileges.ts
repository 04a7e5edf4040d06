import { advice, failure, type Judgement, ok, warning } from './finding.ts'
import type { Place, StoreOids } from './place.ts'
import { sqlName } from './words.ts'

/** What the connected role may do: the grants of docs/roles.md that it has, as in `SELECT events`. */
export interface PrivilegeFacts {
  readonly role: string
  readonly schema: string
  readonly superuser: boolean
  /** Whether it owns the tables, by itself or by a role that it belongs to. */
  readonly owner: boolean
  readonly granted: ReadonlySet<string>
}

const RELATIONS = ['migrations', 'streams', 'events', 'links', 'stream_versions', 'snapshots', 'subscriptions']
const FUNCTIONS = ['lock_store', 'reserve', 'append_to_stream', 'append_events', 'link_events']

const TO_READ = ['USAGE', ...RELATIONS.map((table) => `SELECT ${table}`)]
const TO_APPEND = [
  ...['streams', 'events', 'links'].map((table) => `INSERT ${table}`),
  ...['snapshots', 'subscriptions'].flatMap((table) =>
    ['INSERT', 'UPDATE', 'DELETE'].map((right) => `${right} ${table}`),
  ),
  ...FUNCTIONS.map((name) => `EXECUTE ${name}`),
]
const TO_DELETE = ['UPDATE (deleted_at) streams', 'EXECUTE delete_stream']

export async function readPrivileges(
  { query, schemaName }: Place,
  { schema, migrations }: StoreOids,
): Promise<PrivilegeFacts> {
  const [role] = await query<Record<string, string>>({
    text: `
      SELECT current_user::text AS name, r.rolsuper::text AS superuser,
        pg_has_role(c.relowner, 'USAGE'::text)::text AS owner,
        has_schema_privilege($1::text::oid, 'USAGE'::text)::text AS usage
      FROM pg_roles r, pg_class c
      WHERE r.rolname = current_user AND c.oid = $2::text::oid`,
    values: [schema, migrations],
  })
  const granted = await query<{ granted: string }>({
    text: `
      SELECT p.privilege || ' ' || c.relname AS granted
      FROM pg_class c
      CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (privilege)
      WHERE c.relnamespace = $1::text::oid AND c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, p.privilege)
      UNION ALL
      SELECT 'UPDATE (deleted_at) ' || c.relname
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'deleted_at'
      WHERE c.relnamespace = $1::text::oid AND c.relname = 'streams' AND has_column_privilege(c.oid, a.attnum, 'UPDATE'::text)
      UNION ALL
      SELECT 'EXECUTE ' || p.proname
      FROM pg_proc p
      WHERE p.pronamespace = $1::text::oid AND has_function_privilege(p.oid, 'EXECUTE'::text)`,
    values: [schema],
  })
  return {
    role: role?.name ?? '',
    schema: schemaName,
    superuser: role?.superuser === 'true',
    owner: role?.owner === 'true',
    granted: new Set([...(role?.usage === 'true' ? ['USAGE'] : []), ...granted.map((row) => row.granted)]),
  }
}

export function judgePrivileges(facts: PrivilegeFacts): readonly Judgement[] {
  const { role, superuser, owner, granted } = facts
  const lackOf = (wanted: readonly string[]) => wanted.filter((each) => !granted.has(each))
  if (superuser) {
    return [
      advice(
        `Role ${role} is a superuser, which the store needs for nothing.`,
        'Give applications a role with the grants of docs/roles.md.',
      ),
    ]
  }
  const toRead = lackOf(TO_READ)
  if (toRead.length > 0) {
    return [failure(`Role ${role} may not read the store: it lacks ${named(toRead)}.`, grantsOf(facts, toRead))]
  }
  if (owner) return [ok(`Role ${role} owns the store: it may do everything, migrations and hard deletes too.`)]
  const toAppend = lackOf(TO_APPEND)
  // Whoever wants no more than to read has no right to write events; what functions may be executed says nothing.
  if (toAppend.includes('INSERT events') && toAppend.includes('INSERT subscriptions')) {
    return [
      advice(
        `Role ${role} may read and follow, and nothing else.`,
        'That is enough for a reader; the grants of an application are in docs/roles.md.',
      ),
    ]
  }
  if (toAppend.length > 0) {
    return [
      warning(
        `Role ${role} may not do all that an application does: it lacks ${named(toAppend)}.`,
        grantsOf(facts, toAppend),
      ),
    ]
  }
  const deletes = lackOf(TO_DELETE).length === 0
  return [
    ok(
      `Role ${role} may read, append, link and subscribe${deletes ? ', and delete streams softly' : '; it may not delete streams'}.`,
    ),
  ]
}

function named(lack: readonly string[]): string {
  return lack.map((each) => (each === 'USAGE' ? 'USAGE on the schema' : each.replace(' ', ' on '))).join(', ')
}

/** The statements that grant all of it. */
function grantsOf({ role, schema }: PrivilegeFacts, lack: readonly string[]): string {
  const kinds = new Map<string, string[]>()
  for (const each of lack) {
    const [right = '', name] = each.split(' ')
    kinds.set(right, [...(kinds.get(right) ?? []), ...(name === undefined ? [] : [`${sqlName(schema)}.${name}`])])
  }
  const grants = [...kinds].map(([right, names]) => {
    const on =
      right === 'USAGE' ? `SCHEMA ${sqlName(schema)}` : `${right === 'EXECUTE' ? 'FUNCTION ' : ''}${names.join(', ')}`
    return `GRANT ${right} ON ${on} TO ${sqlName(role)}`
  })
  return `As the owner: ${grants.join('; ')}.`
}
