import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { ConnectionError } from '../../errors.ts'
import { prepareBinaries } from './binaries.ts'
import type { Cluster } from './folder.ts'
import { initialize } from './initialize.ts'
import { ifMissing } from './missing.ts'
import { identity, lastLines, serverEnvironment } from './run.ts'
import type { ServerUser } from './user.ts'

/** A server that was started, and may fail yet: the port was taken, another process was first, a setting is wrong. */
export interface Launch {
  isRunning(): boolean
  /** Why it ended or was not ready in time, with the last lines of its log. */
  explain(cause?: unknown): Promise<ConnectionError>
}

export type Launcher = () => Promise<Launch>

/** Starts servers of this folder; the first time, after the binaries and the data folder were prepared. */
export function createLauncher(
  cluster: Cluster,
  user: ServerUser | undefined,
  settings: Readonly<Record<string, string>>,
): Launcher {
  let program: string | undefined
  return async () => {
    program ??= await prepare(cluster, user)
    return launch(program, await serverArguments(cluster, settings), cluster, user)
  }
}

async function prepare(cluster: Cluster, user: ServerUser | undefined): Promise<string> {
  const binaries = await prepareBinaries(user)
  await initialize(cluster, binaries, user)
  return binaries.postgres
}

async function serverArguments(
  { data }: Cluster,
  settings: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const all = {
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(await findPort()),
  }
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** In a session of its own: neither Ctrl-C in the terminal nor the end of this process must hit the server. */
async function launch(
  program: string,
  args: readonly string[],
  { folder, log }: Cluster,
  user: ServerUser | undefined,
): Promise<Launch> {
  const file = await openLog(log, user)
  const offset = (await file.stat()).size
  let ended: string | undefined
  let failure: Error | undefined
  try {
    const server = spawn(program, args, {
      ...identity(user),
      cwd: folder,
      detached: true,
      windowsHide: true,
      env: serverEnvironment(),
      stdio: ['ignore', file.fd, file.fd],
    })
    server.once('error', (error) => {
      ended = error.message
      failure = error
    })
    server.once('exit', (code, signal) => {
      ended = `it ended with ${signal ?? `code ${code}`}`
    })
    server.unref()
  } finally {
    await file.close()
  }
  return {
    isRunning: () => ended === undefined,
    explain: async (cause = failure) =>
      new ConnectionError(
        `PostgreSQL in ${folder} did not start: ${ended ?? 'it was not ready in time'}. ` +
          `The end of its log, ${log}:\n${await readFrom(log, offset)}`,
        { cause },
      ),
  }
}

/** Root must not follow a link here: the folder belongs to somebody else. */
async function openLog(log: string, user: ServerUser | undefined): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants
  const file = await open(log, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
  if (user) await file.chown(user.uid, user.gid)
  return file
}

async function readFrom(log: string, offset: number): Promise<string> {
  const content = await readFile(log).catch(ifMissing(Buffer.alloc(0)))
  return lastLines(content.subarray(offset).toString())
}

/** A free port; whoever takes it before the server does makes that start fail, and the next one tries another. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new ConnectionError('No free port was found on 127.0.0.1.')
  return address.port
}
