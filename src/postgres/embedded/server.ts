import { resolve } from 'node:path'
import { ConnectionError, EventStoreError } from '../../errors.ts'
import { prepareFolder } from './folder.ts'
import { joinServer } from './join.ts'
import { createLauncher } from './launch.ts'
import type { Share } from './share.ts'
import { findServerUser } from './user.ts'

/** A share in the server that runs from a folder. */
export interface EmbeddedServer {
  /** A `postgres://` URL with the password, of the database `eventstore`. Never to be logged. */
  readonly connectionString: string
  /** Gives up this share; the last one of all processes stops the server, and resolves when it is down. Idempotent. */
  close(): Promise<void>
}

/** Options of `openEmbeddedServer`. */
export interface EmbeddedServerOptions {
  /** PostgreSQL settings, used if it is this call that starts the server. @default none */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * Starts the server of this folder, or attaches to the one that runs there already, be it one that a killed process left.
 * Takes at most about a minute. Rejects with `ConnectionError`.
 *
 * @example
 * const server = await openEmbeddedServer('./data')
 * const pool = new pg.Pool({ connectionString: server.connectionString })
 */
export async function openEmbeddedServer(
  folder: string,
  { settings = {} }: EmbeddedServerOptions = {},
): Promise<EmbeddedServer> {
  const path = resolve(folder)
  try {
    const share = await takeShare(path, settings)
    return { connectionString: share.connectionString, close: () => share.close() }
  } catch (cause) {
    if (cause instanceof EventStoreError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConnectionError(
      `The embedded server in ${path} could not be opened: ${reason}. Check that this user may read and write it.`,
      {
        cause,
      },
    )
  }
}

async function takeShare(path: string, settings: Readonly<Record<string, string>>): Promise<Share> {
  const user = await findServerUser(path)
  const cluster = await prepareFolder(path, user)
  return joinServer(cluster, createLauncher(cluster, user, settings))
}
