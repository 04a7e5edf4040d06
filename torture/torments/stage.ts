import { Client } from 'pg'
import type { Backup, Disturbance } from '../checks/evidence.ts'
import type { NodeProcess } from '../node-process.ts'
import type { TortureServer } from '../server.ts'

/** What faults are performed on, and where it is written down. */
export interface Stage {
  readonly server: TortureServer
  readonly processes: readonly NodeProcess[]
  /** Waits, but not past the end of all faults. */
  wait(milliseconds: number): Promise<void>
  tell(line: string): void
  /** Counts something that was done. */
  count(what: FaultCount, many?: number): void
  readonly disturbances: Disturbance[]
  readonly backups: Backup[]
}

/** What is counted, in the order in which it is shown. */
export const FAULT_COUNTS = [
  'processes killed',
  'processes stopped',
  'connections cut',
  'networks delayed',
  'networks blackholed',
  'server restarts',
  'connections terminated',
  'statements cancelled',
  'locks held by others',
  'times read-only',
  'connection storms',
  'backups',
  'maintenance commands',
] as const
export type FaultCount = (typeof FAULT_COUNTS)[number]

/** Runs what somebody else does on a connection of his own; that the server goes away meanwhile is no failure. */
export async function withClient(
  { server, tell }: Stage,
  what: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({
    connectionString: server.url,
    connectionTimeoutMillis: 5_000,
    application_name: `torture ${what}`,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await work(client)
  } catch (error) {
    tell(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    await client.end().catch(() => {})
  }
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}
