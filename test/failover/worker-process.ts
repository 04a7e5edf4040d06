import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type Role = 'writer' | 'subscriber' | 'follower'

/** What a process is told when it is started. */
export interface WorkerSettings {
  readonly role: Role
  /** The URL of both hosts. */
  readonly url: string
  readonly journal: string
}

export const SUBSCRIPTION = 'everything'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
/** Milliseconds that a process has to end by itself. */
const END_WITHIN = 30_000

export interface WorkerOptions extends WorkerSettings {
  readonly name: string
}

/** A process of the application, connected to both hosts. Started, killed and started again. */
export class WorkerProcess implements AsyncDisposable {
  readonly #options: WorkerOptions
  #child: ChildProcess | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name
  }

  get role(): Role {
    return this.#options.role
  }

  get journal(): string {
    return this.#options.journal
  }

  start(): void {
    const { role, url, journal } = this.#options
    const settings: WorkerSettings = { role, url, journal }
    const args = ['--import', 'tsx', fileURLToPath(new URL('worker.ts', import.meta.url)), JSON.stringify(settings)]
    this.#child = spawn(process.execPath, args, {
      cwd: PROJECT,
      detached: true, // Ctrl-C is for the conductor, who ends the others
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    this.#child.stdin?.on('error', () => {})
  }

  /** Kills it with SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Tells it to end. Resolves to what was wrong with how it did. */
  async end(): Promise<string | undefined> {
    const child = this.#child
    if (!child) return `${this.name} did not run`
    if (child.exitCode === null && child.signalCode === null) {
      child.stdin?.end()
      await once(child, 'exit', { signal: AbortSignal.timeout(END_WITHIN) }).catch(() => {})
    }
    if (child.exitCode === 0) return undefined
    const ended = child.signalCode ?? (child.exitCode === null ? 'not within its time' : `code ${child.exitCode}`)
    return `${this.name} was told to end, and ended: ${ended}`
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}
