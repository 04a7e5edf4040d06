import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { listen, stop } from '../support/fake-server.ts'

const database = useDatabase()
const STORE = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

/** Uses all connections of a pool, says so, waits for a line, and closes the store. */
const PROGRAM = `
  import { once } from 'node:events'
  import { EventStore } from ${JSON.stringify(STORE)}
  const store = new EventStore({ connectionString: process.argv[1] })
  await Promise.all(Array.from({ length: 10 }, () => store.read('$all').toArray()))
  console.log('idle')
  await once(process.stdin, 'data')
  process.stdin.destroy()
  await store.close()
  console.log('closed')`

/** Forwards to a server until it is told to be silent: then it hears everything, and says nothing any more, not even farewell. */
async function startFallingSilent(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let silent = false
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {}).on('close', () => sockets.delete(from))
      from.on('data', (chunk) => silent || to.write(chunk)).on('end', () => silent || to.end())
    }
  })
  const url = new URL(target)
  url.port = String(await listen(server, 0))
  return {
    url: url.href,
    fallSilent() {
      silent = true
    },
    [Symbol.asyncDispose]: () => stop(server, sockets),
  }
}

test('a process that has closed its store ends, though its server does not say farewell', async () => {
  await using falling = await startFallingSilent(database.connectionString)
  const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, falling.url]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(20_000) })
  try {
    const [idle] = await once(child.stdout, 'data')
    expect(String(idle)).toBe('idle\n')
    falling.fallSilent()
    child.stdin.write('\n')
    expect(await exited).toEqual([0, null])
  } finally {
    exited.catch(() => {})
    child.kill('SIGKILL')
  }
}, 30_000)
