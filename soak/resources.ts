import { readdir } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Client } from 'pg'
import type { Slack } from './flatness.ts'

const MEGABYTE = 1024 * 1024

/** What is measured, and how much of it may be gained from the beginning of a run to its end. */
export const RESOURCES = {
  resident: { title: 'resident memory (MB)', slack: { absolute: 48, relative: 0.25 } },
  heap: { title: 'heap after collection (MB)', slack: { absolute: 4, relative: 0.04 } },
  external: { title: 'external memory (MB)', slack: { absolute: 2, relative: 0.1 } },
  connections: { title: 'connections', slack: { absolute: 3, relative: 0 } },
  files: { title: 'file descriptors', slack: { absolute: 4, relative: 0 } },
  handles: { title: 'timers and handles', slack: { absolute: 4, relative: 0 } },
} as const satisfies Record<string, { readonly title: string; readonly slack: Slack }>

export type Resource = keyof typeof RESOURCES
export type Resources = Readonly<Record<Resource, number>>

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Takes stock of this process, and of its connections to the database of the client, whose own does not count. */
export async function takeStock(client: Client): Promise<Resources> {
  const { rows } = await client.query<{ connections: number }>(
    `SELECT count(*)::int AS connections FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  )
  const files = await countFiles()
  // What finalizers let go of, the next collection finds.
  for (let round = 0; round < 3; round++) {
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    resident: rss / MEGABYTE,
    heap: heapUsed / MEGABYTE,
    external: external / MEGABYTE,
    connections: rows[0]?.connections ?? 0,
    files,
    handles: process.getActiveResourcesInfo().length,
  }
}

/** Open files and sockets; 0 where the system does not tell. */
async function countFiles(): Promise<number> {
  return (await readdir('/proc/self/fd').catch(() => [])).length
}
