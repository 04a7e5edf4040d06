import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Backup, Disturbance } from './checks/evidence.ts'
import type { Fault } from './faults.ts'
import type { NodeProcess } from './node-process.ts'
import type { TortureServer } from './server.ts'
import { blackhole, cut, delay, kill, stop } from './torments/processes.ts'
import { backUp, lock, maintain, readOnly, restart, storm } from './torments/server.ts'
import { cancel, terminate } from './torments/sessions.ts'
import { FAULT_COUNTS, type FaultCount, type Stage } from './torments/stage.ts'

/** Of these, one at a time. */
type Alone = 'restart' | 'read-only' | 'storm'

/** Does what the faults say, several at a time, and in the end makes everything good again. */
export class Tormentor {
  readonly counts = new Map<FaultCount, number>(FAULT_COUNTS.map((what) => [what, 0]))
  readonly disturbances: Disturbance[] = []
  readonly backups: Backup[] = []
  /** Faults that could not be performed. */
  readonly failures: string[] = []
  readonly #stage: Stage
  readonly #calm = new AbortController()
  readonly #pending = new Set<Promise<void>>()
  readonly #alone = new Set<Alone>()

  constructor(server: TortureServer, processes: readonly NodeProcess[], tell: (line: string) => void) {
    setMaxListeners(0, this.#calm.signal)
    this.#stage = {
      server,
      processes,
      tell,
      count: (what, many = 1) => void this.counts.set(what, (this.counts.get(what) ?? 0) + many),
      wait: (milliseconds) => sleep(milliseconds, undefined, { signal: this.#calm.signal }).catch(() => {}),
      disturbances: this.disturbances,
      backups: this.backups,
    }
  }

  /** Begins it, and does not wait for its end. */
  begin(fault: Fault): void {
    const running: Promise<void> = this.#perform(fault)
      .catch((error) => {
        this.failures.push(`${fault.type}: ${error instanceof Error ? error.message : String(error)}`)
      })
      .finally(() => this.#pending.delete(running))
    this.#pending.add(running)
  }

  /** Ends all faults: the server runs and takes what is written, every process runs, and nothing is in the way of the network. */
  async calm(): Promise<void> {
    this.#calm.abort()
    await Promise.all(this.#pending)
    for (const process of this.#stage.processes) process.start()
  }

  #perform(fault: Fault): Promise<void> {
    const stage = this.#stage
    switch (fault.type) {
      case 'kill':
        return kill(stage, this.#process(fault), fault.downFor)
      case 'stop':
        return stop(stage, this.#process(fault), fault.lasts)
      case 'cut':
        return cut(stage, this.#process(fault))
      case 'delay':
        return delay(stage, this.#process(fault), fault)
      case 'blackhole':
        return blackhole(stage, this.#process(fault), fault)
      case 'restart':
        return this.#aloneOf(fault.type, () => restart(stage, fault.mode))
      case 'terminate':
        return terminate(stage, fault)
      case 'cancel':
        return cancel(stage, fault)
      case 'lock':
        return lock(stage, fault)
      case 'read-only':
        return this.#aloneOf(fault.type, () => readOnly(stage, fault.lasts))
      case 'storm':
        return this.#aloneOf(fault.type, () => storm(stage, fault.lasts))
      case 'backup':
        return backUp(stage, fault.lasts)
      case 'maintain':
        return maintain(stage, fault.command)
      default:
        return fault satisfies never
    }
  }

  async #aloneOf(type: Alone, perform: () => Promise<void>): Promise<void> {
    if (this.#alone.has(type)) return
    this.#alone.add(type)
    try {
      await perform()
    } finally {
      this.#alone.delete(type)
    }
  }

  #process({ process }: { readonly process: number }): NodeProcess {
    return this.#stage.processes[process] as NodeProcess
  }
}
