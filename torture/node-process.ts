import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type FaultProxy, joinProxies, startProxy } from './proxy.ts'

export type Role = 'subscriber' | 'writer' | 'follower'

/** What a process is told when it is started. */
export interface WorkerSettings {
  /** The server. */
  readonly url: string
  /** The same, or a pooler before it. */
  readonly poolUrl: string
  readonly journal: string
  readonly seed: number
}

export interface NodeProcessOptions {
  readonly role: Role
  readonly name: string
  /** The URL of the server at that moment. */
  readonly target: () => string
  /** The URL of a pooler, for everything but sessions. */
  readonly pooler: string | undefined
  readonly journal: string
  readonly pick: (n: number) => number
}

/** Milliseconds that a process has to end by itself. */
const END_WITHIN = 20_000
const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/** A process under torture: started, killed and started again, with a proxy between it and the server. */
export class NodeProcess implements AsyncDisposable {
  readonly role: Role
  readonly name: string
  readonly journal: string
  readonly proxy: FaultProxy
  readonly #toPooler: FaultProxy | undefined
  readonly #pick: (n: number) => number
  #child: ChildProcess | undefined
  #unexpected: string | undefined
  #closing = false

  private constructor(
    { role, name, journal, pick }: NodeProcessOptions,
    toServer: FaultProxy,
    toPooler: FaultProxy | undefined,
  ) {
    this.role = role
    this.name = name
    this.journal = journal
    this.proxy = toPooler ? joinProxies(toServer, toPooler) : toServer
    this.#toPooler = toPooler
    this.#pick = pick
  }

  static async create(options: NodeProcessOptions): Promise<NodeProcess> {
    const { target, pooler } = options
    return new NodeProcess(
      options,
      await startProxy(target),
      pooler === undefined ? undefined : await startProxy(() => pooler),
    )
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  /** How a process ended that was told neither to end nor killed. */
  get unexpected(): string | undefined {
    return this.#unexpected
  }

  start(): void {
    if (this.#child || this.#closing) return
    const { url } = this.proxy
    const settings: WorkerSettings = {
      url,
      poolUrl: this.#toPooler?.url ?? url,
      journal: this.journal,
      seed: this.#pick(2 ** 31),
    }
    const path = fileURLToPath(new URL(`workers/${this.role}.ts`, import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', path, JSON.stringify(settings)], {
      cwd: PROJECT,
      detached: true, // Ctrl-C is for the conductor, who ends the others
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    this.#child = child
    child.stdin?.on('error', () => {})
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#unexpected ??= `ended by itself, with ${signal ?? `code ${code}`}`
    })
  }

  /** Kills it with SIGKILL, and resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Stops it with SIGSTOP; the function that this returns lets it go on, if it was not killed meanwhile. */
  stop(): () => void {
    const child = this.#child
    child?.kill('SIGSTOP')
    return () => void child?.kill('SIGCONT')
  }

  /** Tells it to end, and resolves to what was wrong with how it did. */
  async end(): Promise<string | undefined> {
    const child = this.#child
    this.#child = undefined
    if (!child) return this.#unexpected
    const exited = once(child, 'exit') as Promise<[code: number | null]>
    child.stdin?.end()
    const late = new AbortController()
    const timer = sleep(END_WITHIN, 'late' as const, { signal: late.signal }).catch(() => 'late' as const)
    const result = await Promise.race([exited, timer])
    late.abort()
    if (result === 'late') {
      child.kill('SIGKILL')
      await exited
      return `was told to end, and still ran after ${END_WITHIN} ms`
    }
    return result[0] === 0 ? this.#unexpected : `was told to end, and ended with code ${result[0]}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    await this.kill()
    await this.proxy[Symbol.asyncDispose]()
  }
}
