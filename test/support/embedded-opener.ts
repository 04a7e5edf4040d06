/** Opens the embedded server of the folder in its first argument, prints the URL, and closes it when stdin ends. */
import { once } from 'node:events'
import { openEmbeddedServer } from '../../src/postgres/embedded/server.ts'

const ended = once(process.stdin.resume(), 'close')
const server = await openEmbeddedServer(process.argv[2] ?? '')
process.stdout.write(`${server.connectionString}\n`)
await ended
await server.close()
