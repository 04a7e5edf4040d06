import { readFileSync, unlinkSync } from 'node:fs'
import { access, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ConnectionError } from '../../errors.ts'
import { hasCode, ifMissing } from './missing.ts'
import { isRunning } from './temporary.ts'

/**
 * What `postmaster.pid` says about the server of a data folder:
 * - `absent`: none runs. `stale` is the file's text if a dead server left it and the next one would shrink from removing it.
 * - `busy`: one starts, recovers or stops.
 * - `ready`: one accepts connections. `certain` when the process was seen to be this folder's server, and not another one that
 *   was given the process id of a dead server.
 */
export type Postmaster =
  | { readonly state: 'absent'; readonly stale: string | undefined }
  | { readonly state: 'busy' }
  | {
      readonly state: 'ready'
      readonly pid: number
      readonly port: number
      readonly certain: boolean
      readonly file: string
    }

const STOP_WITHIN = 60_000
const POLL_EVERY = 20
/** A server creates the file, and writes it a moment later. */
const UNWRITTEN_FOR = 2_000

export async function findPostmaster(data: string): Promise<Postmaster> {
  const file = await readFile(pidFile(data), 'utf8').catch(ifMissing(undefined))
  if (file === undefined) return { state: 'absent', stale: undefined }
  const [pid, port, status] = parse(file)
  if (!pid) return (await isFresh(data)) ? { state: 'busy' } : { state: 'absent', stale: file }
  const kind = await identifyProcess(pid, data)
  if (kind === 'other') return { state: 'absent', stale: isRunning(pid) ? file : undefined }
  if (status !== 'ready') return { state: 'busy' }
  return { state: 'ready', pid, port, certain: kind === 'postmaster', file }
}

/** Removes the file if it is still the one that was judged; in one go, so that it cannot be a new server's. */
export function discardPidFile(data: string, judged: string): void {
  try {
    if (readFileSync(pidFile(data), 'utf8') === judged) unlinkSync(pidFile(data))
  } catch (error) {
    ifMissing(undefined)(error)
  }
}

/**
 * Stops the server, in fast mode by default, and resolves when its process is gone. On Windows a signal ends it at once, and it
 * recovers when it is started next.
 */
export async function stopPostmaster(data: string, signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
  const file = await readFile(pidFile(data), 'utf8').catch(ifMissing(''))
  const [pid] = parse(file)
  if (!pid || (await identifyProcess(pid, data)) === 'other') return
  signalProcess(pid, signal)
  for (const deadline = performance.now() + STOP_WITHIN; performance.now() < deadline; await setTimeout(POLL_EVERY)) {
    if ((await identifyProcess(pid, data)) === 'other') return
  }
  throw new ConnectionError(
    `PostgreSQL in ${data} (process ${pid}) was told to stop and still ran after ${STOP_WITHIN} ms. Look into its log, or end it.`,
  )
}

/**
 * Whether this process is the server of the data folder, which is its working directory. Where that cannot be seen (not Linux),
 * `unknown` when a process of that id runs. A zombie is `other`.
 */
export async function identifyProcess(pid: number, data: string): Promise<'postmaster' | 'other' | 'unknown'> {
  try {
    const directory = await readlink(`/proc/${pid}/cwd`)
    return directory === (await realpath(data)) ? 'postmaster' : 'other'
  } catch (error) {
    if (!isRunning(pid)) return 'other'
    const seen = await access('/proc/self/cwd').then(
      () => true,
      () => false,
    )
    return seen && hasCode(error, 'ENOENT') ? 'other' : 'unknown'
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (cause) {
    if (hasCode(cause, 'ESRCH')) return
    throw new ConnectionError(`PostgreSQL (process ${pid}) could not be stopped. Stop it as the user who runs it.`, {
      cause,
    })
  }
}

function pidFile(data: string): string {
  return join(data, 'postmaster.pid')
}

/** The lines that are of use: https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h */
function parse(file: string): readonly [pid: number, port: number, status: string] {
  const lines = file.split('\n').map((line) => line.trim())
  return [Number(lines[0]) || 0, Number(lines[3]) || 0, lines[7] ?? '']
}

async function isFresh(data: string): Promise<boolean> {
  const changed = await stat(pidFile(data)).then(({ mtimeMs }) => mtimeMs, ifMissing(0))
  return Date.now() - changed < UNWRITTEN_FOR
}
