import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Receipt, TaskName, Tasks } from '../workers/tasks.ts'

const WORKER = fileURLToPath(new URL('../workers/worker.ts', import.meta.url))
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** Another process with a store of its own, which does what it is told. */
export class BenchProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  /** Told of every event that the process receives. */
  onReceipt: (receipt: Receipt) => void = () => {}
  /** Told when the process ends before it was told to. */
  onFailure: (error: Error) => void = () => {}
  #disposed = false
  #settle: ((answer: Answer) => void) | undefined

  /** Starts it, with a store on this database; `worker` is a compiled one. */
  constructor(connectionString: string, worker?: string) {
    // Ctrl-C is for this process, which ends the others: they end when its channel closes.
    this.#child = fork(worker ?? WORKER, [], {
      cwd: PROJECT,
      detached: true,
      execArgv: worker === undefined ? ['--import', 'tsx'] : [],
      env: { ...process.env, DATABASE_URL: connectionString },
    })
    this.#child.on('message', (message: Answer | Receipt) => {
      if ('receivedAt' in message) this.onReceipt(message)
      else this.#settle?.(message)
    })
    this.#child.once('exit', (code, signal) => {
      const error = `the other process ended with ${signal ?? `code ${code}`}`
      this.#settle?.({ error })
      if (!this.#disposed) this.onFailure(new Error(error))
    })
  }

  /** Has it do one task; one at a time. Rejects when the task fails or the process ends. */
  async call<Name extends TaskName>(name: Name, options: Parameters<Tasks[Name]>[0]): Promise<Result<Name>> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#settle = resolve
      if (this.#child.exitCode !== null) resolve({ error: `the other process ended with code ${this.#child.exitCode}` })
      else this.#child.send({ name, options })
    })
    this.#settle = undefined
    if ('error' in answer) throw new Error(`${name} failed in another process: ${answer.error}`)
    return answer.result as Result<Name>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    await exited
  }
}

type Result<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>
