import { ConnectionError } from '../errors.ts'
import type { MigrationOptions } from '../migrations/index.ts'
import { openEmbeddedServer } from '../postgres/embedded/server.ts'
import { INVALID_CATALOG_NAME, sqlStateOf } from '../postgres/sqlstate.ts'
import { untilAborted } from '../util/abort.ts'
import type { ExitCode } from './failure.ts'
import { databaseOf, serverOf } from './server-address.ts'
import type { Settings } from './settings.ts'

/** The database and schema that a command works on, and how it calls them. */
export interface Target {
  readonly options: Required<MigrationOptions>
  /** Without a password or anything else of the URL. */
  readonly facts: { readonly server: string; readonly database: string; readonly embedded?: string }
  /** As in 'database shop on localhost:5432'. */
  readonly databaseText: string
  /** As in 'schema eventstore in database shop on localhost:5432'. */
  readonly schemaText: string
}

/** Works on what the settings name, with the embedded server running if they name one. Rejects when the signal aborts. */
export async function withTarget(
  settings: Settings,
  signal: AbortSignal,
  work: (target: Target) => Promise<ExitCode>,
): Promise<ExitCode> {
  signal.throwIfAborted()
  if ('url' in settings.server) return workOn(createTarget(settings, settings.server.url), signal, work)
  const { embedded } = settings.server
  const server = await openEmbeddedServer(embedded)
  try {
    return await workOn(createTarget(settings, server.connectionString, embedded), signal, work)
  } finally {
    await server.close()
  }
}

/** Whether an error says that the database does not exist. */
export function isMissingDatabase(error: unknown): boolean {
  return sqlStateOf(error) === INVALID_CATALOG_NAME
}

function createTarget({ schema, payload }: Settings, connectionString: string, embedded?: string): Target {
  const [server, database] = [serverOf(connectionString), databaseOf(connectionString)]
  const databaseText = `database ${nameText(database)} on ${server}${embedded === undefined ? '' : ` (${embedded})`}`
  return {
    options: { connectionString, schema, payload },
    facts: { server, database, ...(embedded !== undefined && { embedded }) },
    databaseText,
    schemaText: `schema ${nameText(schema)} in ${databaseText}`,
  }
}

async function workOn(
  target: Target,
  signal: AbortSignal,
  work: (target: Target) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await untilAborted(work(target), signal)
  } catch (cause) {
    if (!isMissingDatabase(cause)) throw cause
    const hint = 'Create it with `eventstore create`, or together with the schema: `eventstore setup`.'
    throw new ConnectionError(`There is no ${target.databaseText}. ${hint}`, { cause })
  }
}

/** A name as it is, or quoted where it would not be recognized as one. */
function nameText(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name)
}
