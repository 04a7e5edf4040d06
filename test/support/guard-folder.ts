import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { isRunning } from '../../src/postgres/embedded/temporary.ts'

const NAME = /^pg-event-store-test-server-(\d+)$/

/** The folder of the server that this guard process runs. */
export function guardFolder(pid: number): string {
  return join(tmpdir(), `pg-event-store-test-server-${pid}`)
}

export function dataFolderOf(folder: string): string {
  return join(folder, 'cluster', 'data')
}

/** Ends the servers and removes the folders of guards that were killed. Those of other users are theirs to remove. */
export async function removeLeftovers(): Promise<void> {
  const pids = (await readdir(tmpdir())).flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number)
  const abandoned = pids.filter((pid) => pid === process.pid || !isRunning(pid))
  await Promise.allSettled(abandoned.map((pid) => removeServer(guardFolder(pid))))
}

/** Stops the server without a checkpoint: nobody wants its data. */
export async function removeServer(folder: string): Promise<void> {
  await stopPostmaster(dataFolderOf(folder), 'SIGQUIT')
  await rm(folder, { recursive: true, force: true })
}
