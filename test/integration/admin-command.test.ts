import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Interruption } from '../../src/cli/failure.ts'
import { EventStore } from '../../src/index.ts'
import { AdminListener } from '../support/admin-listener.ts'
import { commandLine } from '../support/command-line.ts'
import { useDatabase } from '../support/database.ts'
import { newEvent } from '../support/new-events.ts'

const database = useDatabase()
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

test('prints the URL that lets in, shows the store, and ends when it is interrupted', async () => {
  await using store = new EventStore({ connectionString: database.connectionString })
  await store.append('s', newEvent(), { expectedVersion: 'any' })
  const interruption = new AbortController()
  const facts: unknown[] = []
  const printed = await commandLine(database.connectionString, ['admin', '--json'], {
    signal: interruption.signal,
    onOutput: (stdout) => {
      if (!stdout.endsWith('\n')) return
      const { url } = JSON.parse(stdout)
      void enter(url)
        .then(async (cookie) => {
          const answer = await fetch(new URL('/api/store', url), { headers: { Cookie: cookie } })
          facts.push(await answer.json())
          const { hostname, port } = new URL(url)
          facts.push(await writeStatus(`http://${hostname}:${port}`, cookie))
        })
        .finally(() => interruption.abort(new Interruption(130)))
    },
  })
  expect(printed.rows).toEqual([
    {
      command: 'admin',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/),
      port: expect.any(Number),
      allowWrites: false,
    },
  ])
  expect(facts).toMatchObject([{ schema: 'eventstore', head: 1, payload: 'json', allowWrites: false }, 403])
  expect(printed.exitCode).toBe(130)
})

test('as a process it ends at once with Ctrl-C, though somebody listens', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'admin', '--allow-writes'], {
    env: { ...process.env, DATABASE_URL: database.connectionString },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (piece) => {
    stderr += piece
  })
  const exited = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = String(line)
  const cookie = await enter(url)
  const listener = new AdminListener(new URL('/api/live', url).href, { Cookie: cookie })
  const samples = new AdminListener(new URL('/api/samples', url).href, { Cookie: cookie })
  await Promise.all([listener.until('state', 1), samples.until('state', 1)])
  child.kill('SIGINT')
  const [code] = await exited
  expect([code, stderr]).toEqual([130, expect.stringContaining('may change it')])
  expect(stderr).not.toContain(new URL(url).searchParams.get('token'))
  await Promise.all([listener.over(), samples.over()])
})

test.each([
  [['admin', '--port', 'x'], '--port must be a whole number from 0 on, found "x"'],
  [['admin', '--port', '65536'], '--port must be a whole number from 0 to 65535, found 65536'],
])('%j is wrong usage', async (args, message) => {
  const { exitCode, stderr } = await commandLine(database.connectionString, args)
  expect(stderr).toContain(message)
  expect(exitCode).toBe(2)
})

test('a schema without a store is refused before anything is served', async () => {
  const printed = await commandLine(database.connectionString, ['admin', '--schema', 'nothing'])
  expect(printed).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('eventstore setup') })
})

/** Opens the URL as a browser does, and resolves to the cookie. */
async function enter(url: string): Promise<string> {
  const entered = await fetch(url, { redirect: 'manual' })
  return entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

async function writeStatus(origin: string, cookie: string): Promise<number> {
  const headers = { Cookie: cookie, Origin: origin, 'Content-Type': 'application/json' }
  const answer = await fetch(`${origin}/api/snapshots/delete`, { method: 'POST', headers, body: '{"id":"x"}' })
  return answer.status
}
