import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'
import { identity, lastLines } from '../../src/postgres/embedded/run.ts'
import { findServerUser, type ServerUser } from '../../src/postgres/embedded/user.ts'
import { eventually } from '../support/eventually.ts'
import { unusedPort } from '../support/forwarder.ts'

export type PoolMode = 'transaction' | 'session'

export interface PgBouncerOptions {
  readonly mode: PoolMode
  /** Further lines of `[pgbouncer]`. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** A PgBouncer of the tests' own, in front of one server with all its databases. */
export interface PgBouncer extends AsyncDisposable {
  /** `127.0.0.1:port`, which stands for the server's in a URL. */
  readonly host: string
  /** The URL of its target, by way of the pooler. */
  readonly url: string
  /** Runs a command of its console, as in `SHOW CLIENTS`, `PAUSE`. */
  command(text: string): Promise<readonly Record<string, string>[]>
  /** Ends it at once, with every connection that it has, and starts it again in the same place. */
  restart(): Promise<void>
}

/** Ends the pooler, and removes its folder, when its stdin ends: with the tests, however that happens. */
const GUARD = `
  trap '' INT
  cd "$2" && "$1" -q pgbouncer.ini & pooler=$!
  cat > /dev/null
  kill $pooler 2> /dev/null; wait $pooler
  [ "$(cat "$2/keep" 2> /dev/null)" ] || rm -rf "$2"`

/** Starts a pooler for the server of this URL, which must name a superuser and his password. */
export async function startPgBouncer(target: string, options: PgBouncerOptions): Promise<PgBouncer> {
  const program = findProgram()
  const folder = await mkdtemp(join(tmpdir(), 'pg-event-store-pgbouncer-'))
  const user = await findServerUser(folder)
  const port = await unusedPort()
  const files = { 'pgbouncer.ini': settingsOf(target, port, options), 'users.txt': usersOf(target), keep: '' }
  for (const [name, content] of Object.entries(files)) await writeOwned(join(folder, name), content, user)
  if (user) await chown(folder, user.uid, user.gid)

  const host = `127.0.0.1:${port}`
  const url = target.replace(new URL(target).host, host)
  const command = (text: string) => runCommand(url, text)
  let guard = await start()

  async function start() {
    const child = spawn('sh', ['-c', GUARD, 'guard', program, folder], {
      ...identity(user),
      cwd: '/',
      detached: true, // Ctrl-C is for the tests, which end it
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    try {
      await eventually(() => command('SHOW VERSION'), { within: 10_000 })
    } catch (cause) {
      const log = await readFile(join(folder, 'log'), 'utf8').catch(String)
      child.stdin.end()
      throw new Error(`PgBouncer did not start: ${lastLines(log)}`, { cause })
    }
    return { end: () => child.stdin.end(), exited }
  }

  async function stop(keep: boolean): Promise<void> {
    await writeOwned(join(folder, 'keep'), keep ? 'yes' : '', user)
    guard.end()
    await guard.exited
  }

  return {
    host,
    url,
    command,
    async restart() {
      await stop(true)
      guard = await start()
    },
    [Symbol.asyncDispose]: () => stop(false),
  }
}

function settingsOf(target: string, port: number, { mode, settings = {} }: PgBouncerOptions): string {
  const { hostname, port: serverPort, username } = new URL(target)
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    logfile: 'log',
    pidfile: 'pid',
    auth_type: 'scram-sha-256',
    auth_file: 'users.txt',
    auth_user: username,
    admin_users: username,
    pool_mode: mode,
    max_client_conn: 500,
    default_pool_size: mode === 'session' ? 60 : 20,
    // Transactions of one client go to another server process each time, as they might.
    server_round_robin: 1,
    // Tests drop their databases, and look for connections that were left: nothing may linger.
    server_idle_timeout: 1,
    server_login_retry: 0.2,
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  return `[databases]\n* = host=${hostname} port=${serverPort || 5432}\n\n[pgbouncer]\n${lines.join('\n')}\n`
}

function usersOf(target: string): string {
  const { username, password } = new URL(target)
  return `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`
}

async function writeOwned(path: string, content: string, user: ServerUser | undefined): Promise<void> {
  await writeFile(path, content, { mode: 0o600 })
  if (user) await chown(path, user.uid, user.gid)
}

function findProgram(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const program = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
  if (program) return program
  throw new Error('PgBouncer is not installed: expected a program pgbouncer, as from `apt-get install pgbouncer`')
}

/** Runs a command of the console of the pooler that this URL leads to. */
export async function runCommand(url: string, text: string): Promise<readonly Record<string, string>[]> {
  const console = new URL(url)
  console.pathname = '/pgbouncer'
  const client = new Client({ connectionString: console.href, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<Record<string, string>>(text)
    return rows
  } finally {
    await client.end().catch(() => {})
  }
}
