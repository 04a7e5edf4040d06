import { randomBytes } from 'node:crypto'
import type { Client } from 'pg'
import { migrate } from '../../src/migrations/index.ts'
import { connectAdmin, DATABASE_PREFIX, dropDatabase, withDatabase } from './admin.ts'
import { startScript } from './script.ts'

/** One run of the tests: a server, a template database on it, and a name for all databases of the run. */
export interface TestRun {
  readonly serverUrl: string
  readonly templateDatabase: string
  readonly runId: string
  stop(): Promise<void>
}

interface Server {
  readonly url: string
  stop(): Promise<unknown>
}

/** Uses the server that DATABASE_URL names, else starts one that ends with this process. */
export async function startTestRun(): Promise<TestRun> {
  const runId = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`
  const server = await startServer(process.env.DATABASE_URL)
  const admin = await connectAdmin(server.url)
  const templateDatabase = `${DATABASE_PREFIX}${runId}_template`
  async function stop(): Promise<void> {
    await dropDatabases(admin, runId)
    await admin.end()
    await server.stop()
  }
  try {
    await admin.query(`SELECT pg_advisory_lock(${lockOf('$1')})`, [runId])
    await dropAbandoned(admin)
    await createTemplate(admin, server.url, templateDatabase)
  } catch (error) {
    await stop()
    throw error
  }
  return { serverUrl: server.url, templateDatabase, runId, stop }
}

async function startServer(url: string | undefined): Promise<Server> {
  if (url) return { url, stop: async () => {} }
  const guard = await startScript('server-guard.ts', { detached: true })
  return { url: guard.firstLine, stop: () => guard.end() }
}

async function createTemplate(admin: Client, serverUrl: string, name: string): Promise<void> {
  await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(name)}`)
  await migrate({ connectionString: withDatabase(serverUrl, name) })
  // A connection to the template would make the creation of every other database fail.
  await admin.query(`ALTER DATABASE ${admin.escapeIdentifier(name)} WITH ALLOW_CONNECTIONS false`)
}

/** A run holds this lock while it lasts: what can be locked belongs to a run that was killed. */
function lockOf(runId: string): string {
  return `hashtextextended('${DATABASE_PREFIX}' || ${runId}, 0)`
}

async function dropAbandoned(admin: Client): Promise<void> {
  for (const runId of await findRuns(admin)) {
    const { rows } = await admin.query<{ had: boolean }>(`SELECT pg_try_advisory_lock(${lockOf('$1')}) AS had`, [runId])
    if (!rows[0]?.had) continue
    await dropDatabases(admin, runId)
    await admin.query(`SELECT pg_advisory_unlock(${lockOf('$1')})`, [runId])
  }
}

async function findRuns(admin: Client): Promise<readonly string[]> {
  const { rows } = await admin.query<{ run_id: string }>(
    `SELECT DISTINCT substring(datname FROM '^${DATABASE_PREFIX}([a-z0-9]+)_') AS run_id
     FROM pg_database
     WHERE datname ~ '^${DATABASE_PREFIX}[a-z0-9]+_'`,
  )
  return rows.map((row) => row.run_id)
}

async function dropDatabases(admin: Client, runId: string): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [`${DATABASE_PREFIX}${runId}_`],
  )
  for (const { datname } of rows) await dropDatabase(admin, datname)
}
