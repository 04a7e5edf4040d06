import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, open, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { identity, lastLines, runProgram, serverEnvironment } from '../../src/postgres/embedded/run.ts'
import type { ServerUser } from '../../src/postgres/embedded/user.ts'
import { eventually } from './eventually.ts'
import type { Programs } from './replica-programs.ts'
import { runSql } from './run-sql.ts'

const TIMEOUT = 60_000

export interface ReplicaServerOptions {
  readonly programs: Programs
  /** Whom root runs it as. */
  readonly user: ServerUser | undefined
  /** A folder that this user may write to. */
  readonly folder: string
  readonly name: string
  readonly password: string
  readonly settings: Readonly<Record<string, string>>
}

/** A PostgreSQL server at a port of its own on 127.0.0.1, which replicates or is replicated, and is killed and promoted. */
export class ReplicaServer {
  readonly port: number
  readonly data: string
  readonly #options: ReplicaServerOptions

  private constructor(options: ReplicaServerOptions, port: number) {
    this.#options = options
    this.port = port
    this.data = join(options.folder, options.name)
  }

  /** It has no data folder yet. */
  static async create(options: ReplicaServerOptions): Promise<ReplicaServer> {
    return new ReplicaServer(options, await freePort())
  }

  get url(): string {
    return this.urlOf('postgres')
  }

  urlOf(database: string): string {
    return `postgres://postgres:${this.#options.password}@127.0.0.1:${this.port}/${database}?sslmode=disable`
  }

  /** Makes an empty data folder. */
  async initialize(): Promise<void> {
    const { programs, folder, name, password } = this.#options
    const passwordFile = join(folder, `${name}.password`)
    await writeFile(passwordFile, password, { mode: 0o644 })
    const login = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    await this.run(programs.initdb, [`--pgdata=${this.data}`, ...login, '--encoding=UTF8', '--no-locale', '--no-sync'])
  }

  /** Becomes a copy of a server that is stopped. */
  copyStopped(other: ReplicaServer): Promise<void> {
    return this.run('cp', ['-R', other.data, this.data])
  }

  /** Will be a standby of the primary, of which it is a copy, when it is started. */
  async standBy(primary: ReplicaServer): Promise<void> {
    const { password, name } = this.#options
    await this.run('touch', [join(this.data, 'standby.signal')])
    const from = `host=127.0.0.1 port=${primary.port} user=postgres password=${password} application_name=${name}`
    await appendFile(join(this.data, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`)
  }

  /** Will recover from an archive, by these lines of configuration, when it is started. */
  async recover(lines: readonly string[]): Promise<void> {
    await this.run('touch', [join(this.data, 'recovery.signal')])
    await appendFile(join(this.data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`)
  }

  /** Becomes a copy of a server that runs, by the `pg_basebackup` at this path: a standby of it with `--write-recovery-conf`. */
  copyRunning(other: ReplicaServer, tool: string, ...options: readonly string[]): Promise<void> {
    const { password, name } = this.#options
    const from = `host=127.0.0.1 port=${other.port} user=postgres password=${password} application_name=${name}`
    return this.run(tool, [`--dbname=${from}`, `--pgdata=${this.data}`, '--checkpoint=fast', ...options])
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const { programs, user, folder, name, settings } = this.#options
    const all = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(this.port) }
    const args = Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`])
    const log = join(folder, `${name}.log`)
    const file = await open(log, 'a')
    const server = spawn(programs.postgres, ['-D', this.data, ...args], {
      ...identity(user),
      cwd: folder,
      detached: true,
      env: serverEnvironment(),
      stdio: ['ignore', file.fd, file.fd],
    })
    server.unref()
    await file.close()
    try {
      await eventually(() => runSql(this.url, 'SELECT 1'), { within: TIMEOUT, every: 20 })
    } catch (cause) {
      throw new Error(`PostgreSQL did not start: ${lastLines(await readFile(log, 'utf8'))}`, { cause })
    }
  }

  /** Stops it: in fast mode, or without a word to its clients and its data. Resolves when it is down. */
  stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    return stopPostmaster(this.data, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
  }

  /** Kills every process of it with SIGKILL, as if its machine had died. Resolves when none is left. */
  async kill(): Promise<void> {
    const [postmaster] = (await readFile(join(this.data, 'postmaster.pid'), 'utf8')).split('\n')
    killProcess(Number(postmaster)) // first, or it would start the others again
    await eventually(
      async () => {
        const left = await processesIn(this.data)
        for (const pid of left) killProcess(pid)
        if (left.length > 0) throw new Error(`Expected every process in ${this.data} to be gone, found ${left}`)
      },
      { within: TIMEOUT, every: 2 },
    )
  }

  /** Makes a primary of a standby. Resolves when it takes writes. */
  async promote(): Promise<void> {
    const [row] = await runSql<{ promoted: boolean }>(this.url, 'SELECT pg_promote() AS promoted')
    if (!row?.promoted) throw new Error(`Expected the standby at port ${this.port} to be promoted`)
  }

  /** Runs a program to its end as the user who runs the server. */
  run(program: string, args: readonly string[]): Promise<void> {
    const { user, folder } = this.#options
    return runProgram(program, args, { user, cwd: folder, timeout: TIMEOUT })
  }
}

/** The processes of a server work in its data folder. Where that cannot be seen (not Linux) there are none: they end by themselves. */
async function processesIn(data: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger)
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)))
  return pids.filter((_, index) => folders[index] === data)
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
