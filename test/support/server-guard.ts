/**
 * Runs the server of a test run from a folder of its own, and removes both when its stdin ends: with the test run, however that
 * ends, be it by a kill.
 */
import { once } from 'node:events'
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { openEmbeddedServer } from '../../src/postgres/embedded/server.ts'
import { dataFolderOf, guardFolder, removeLeftovers, removeServer } from './guard-folder.ts'

const SETTINGS = { fsync: 'off', max_connections: '200' }

const ended = once(process.stdin.resume(), 'close')
process.stdout.on('error', () => {})

const folder = guardFolder(process.pid)
try {
  await removeLeftovers()
  const server = await openEmbeddedServer(folder, { settings: SETTINGS })
  process.stdout.write(`${server.connectionString}\n`)
  await ended
  await stopPostmaster(dataFolderOf(folder), 'SIGQUIT')
  await server.close()
} finally {
  await removeServer(folder)
}
