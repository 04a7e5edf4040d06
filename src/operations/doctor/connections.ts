import { advice, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'
import { count } from './words.ts'

/** How many connections there are, and may be. */
export interface ConnectionFacts {
  readonly used: number
  /** Those that max_connections leaves to roles that are no superusers. */
  readonly most: number
  /** The same of this role and of this database; null without a limit. */
  readonly role: { readonly used: number; readonly most: number } | null
  readonly database: { readonly used: number; readonly most: number } | null
}

/** A store's pool and its two sessions. */
const OF_A_PROCESS = 12
const NEARLY_FULL = 0.8

export async function readConnections({ query }: Place): Promise<ConnectionFacts> {
  const [row] = await query<Record<string, string>>({
    text: `
      SELECT count(*)::text AS used,
        count(*) FILTER (WHERE a.usename = current_user)::text AS of_role,
        count(*) FILTER (WHERE a.datname = current_database())::text AS of_database,
        current_setting('max_connections') AS most,
        (SELECT COALESCE(sum(s.setting::int8), 0)::text FROM pg_settings s
         WHERE s.name IN ('superuser_reserved_connections', 'reserved_connections')) AS reserved,
        (SELECT CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END FROM pg_roles r WHERE r.rolname = current_user)::text AS role_limit,
        (SELECT d.datconnlimit FROM pg_database d WHERE d.datname = current_database())::text AS database_limit
      FROM pg_stat_activity a
      WHERE COALESCE(a.backend_type = 'client backend', a.usesysid IS NOT NULL AND a.datname IS NOT NULL)`,
  })
  const numberOf = (name: string) => Number(row?.[name])
  const limited = (limit: string, used: string) =>
    numberOf(limit) < 0 ? null : { used: numberOf(used), most: numberOf(limit) }
  return {
    used: numberOf('used'),
    most: numberOf('most') - numberOf('reserved'),
    role: limited('role_limit', 'of_role'),
    database: limited('database_limit', 'of_database'),
  }
}

export function judgeConnections({ used, most, role, database }: ConnectionFacts): readonly Judgement[] {
  const limits = [
    { what: 'max_connections of the server', used, most },
    ...(role ? [{ what: "the role's CONNECTION LIMIT", ...role }] : []),
    ...(database ? [{ what: "the database's CONNECTION LIMIT", ...database }] : []),
  ]
  const tightest = limits.reduce((least, each) => (each.most - each.used < least.most - least.used ? each : least))
  const left = Math.max(0, tightest.most - tightest.used)
  const found = `${count(tightest.used)} of ${count(tightest.most)} connections are in use`
  const what = `Give stores a smaller poolSize, put a pooler before the server (docs/poolers.md), or raise ${tightest.what}.`
  if (tightest.used >= tightest.most * NEARLY_FULL) return [warning(`${found}: soon nobody else is let in.`, what)]
  const processes = Math.floor(left / OF_A_PROCESS)
  const enough = `the ${count(left)} left are enough for ${processes === 1 ? '1 more process' : `${count(processes)} more processes`} with a poolSize of 10`
  return [processes === 0 ? advice(`${found}; ${enough}.`, what) : ok(`${found}; ${enough}.`)]
}
