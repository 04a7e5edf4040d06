import { runSql } from './run-sql.ts'

/** How many dedicated connections of a purpose this database has. */
export async function countSessions(connectionString: string, purpose: 'notifications' | 'locks'): Promise<number> {
  return (await sessionsOf(connectionString, purpose)).length
}

/** Ends the dedicated connections of a purpose as an operator would. Resolves to how many there were. */
export async function terminateSessions(
  connectionString: string,
  purpose: 'notifications' | 'locks',
  pids?: readonly number[],
): Promise<number> {
  const found = pids ?? (await sessionsOf(connectionString, purpose))
  await runSql(connectionString, 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [found])
  return found.length
}

export async function sessionsOf(
  connectionString: string,
  purpose: 'notifications' | 'locks',
): Promise<readonly number[]> {
  const rows = await runSql<{ pid: number }>(
    connectionString,
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [`eventstore ${purpose}`],
  )
  return rows.map(({ pid }) => pid)
}
