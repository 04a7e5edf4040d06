import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { random } from '../test/support/random.ts'
import type { Disturbance } from './checks/evidence.ts'
import type { Fault } from './faults.ts'
import { now } from './journal.ts'
import type { NodeProcess } from './node-process.ts'
import type { TortureServer } from './server.ts'

/** How often what was done. */
export interface FaultCounts {
  kills: number
  terminated: number
  restarts: number
  cuts: number
  delays: number
  blackholes: number
}

/** Does what the faults say, several at a time, and in the end makes everything good again. */
export class Tormentor {
  readonly counts: FaultCounts = { kills: 0, terminated: 0, restarts: 0, cuts: 0, delays: 0, blackholes: 0 }
  readonly disturbances: Disturbance[] = []
  /** Faults that could not be performed. */
  readonly failures: string[] = []
  readonly #server: TortureServer
  readonly #processes: readonly NodeProcess[]
  readonly #tell: (line: string) => void
  readonly #calm = new AbortController()
  readonly #pending = new Set<Promise<void>>()
  #restarting = false

  constructor(server: TortureServer, processes: readonly NodeProcess[], tell: (line: string) => void) {
    this.#server = server
    this.#processes = processes
    this.#tell = tell
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

  /** Ends all faults: the server runs, every process runs, and nothing is in the way of the network. */
  async calm(): Promise<void> {
    this.#calm.abort()
    await Promise.all(this.#pending)
    for (const process of this.#processes) process.start()
  }

  #perform(fault: Fault): Promise<void> {
    switch (fault.type) {
      case 'kill':
        return this.#kill(this.#process(fault), fault.downFor)
      case 'terminate':
        return this.#terminate(fault.count, fault.choose)
      case 'restart':
        return this.#restart(fault.mode)
      case 'cut':
        return this.#cut(this.#process(fault))
      case 'delay':
        return this.#delay(this.#process(fault), fault)
      case 'blackhole':
        return this.#blackhole(this.#process(fault), fault)
      default:
        return fault satisfies never
    }
  }

  async #kill(process: NodeProcess, downFor: number): Promise<void> {
    if (!process.running) return
    this.#tell(`kill ${process.name}${downFor > 0 ? `, down for ${seconds(downFor)}` : ''}`)
    await process.kill()
    this.counts.kills++
    await this.#wait(downFor)
    process.start()
  }

  async #terminate(count: number, choose: number): Promise<void> {
    const client = new Client({ connectionString: this.#server.url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ pid: number; name: string }>(
        `SELECT pid, application_name AS name FROM pg_stat_activity
         WHERE datname = current_database() AND starts_with(application_name, 'eventstore') AND pid <> pg_backend_pid()
         ORDER BY backend_start, pid`,
      )
      const chosen = choosePart(rows, count, random(choose))
      await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS t (pid)', [
        chosen.map(({ pid }) => pid),
      ])
      this.counts.terminated += chosen.length
      const special = chosen.map(({ name }) => name.replace('eventstore', '').trim()).filter((name) => name !== '')
      this.#tell(
        `terminate ${chosen.length} of ${rows.length} connections${special.length > 0 ? ` (${special.join(', ')})` : ''}`,
      )
    } catch {
      this.#tell('terminate none: the server is away')
    } finally {
      await client.end().catch(() => {})
    }
  }

  async #restart(mode: 'fast' | 'immediate' | 'kill'): Promise<void> {
    if (this.#restarting || !this.#server.restart) return
    this.#restarting = true
    try {
      const began = now()
      this.#tell(`restart the server (${mode})`)
      await this.#server.restart(mode)
      this.counts.restarts++
      this.#tell(`the server is back after ${seconds(now() - began)}`)
    } finally {
      this.#restarting = false
    }
  }

  async #cut(process: NodeProcess): Promise<void> {
    this.#tell(`cut ${process.proxy.count()} connections of ${process.name}`)
    process.proxy.cut()
    this.counts.cuts++
  }

  async #delay(
    { name, proxy }: NodeProcess,
    { by, lasts }: { readonly by: number; readonly lasts: number },
  ): Promise<void> {
    this.#tell(`delay ${name} by ${by} ms for ${seconds(lasts)}`)
    this.counts.delays++
    proxy.delay(by)
    await this.#disturb(name, lasts)
    proxy.delay(0)
  }

  async #blackhole({ name, proxy }: NodeProcess, fault: Extract<Fault, { type: 'blackhole' }>): Promise<void> {
    const { lasts, heal, only } = fault
    this.#tell(`blackhole ${name}${describeOnly(only)} for ${seconds(lasts)}, then ${heal}`)
    this.counts.blackholes++
    proxy.blackhole(only === undefined ? {} : { only })
    await this.#disturb(name, lasts)
    proxy.heal(heal)
  }

  async #disturb(process: string, lasts: number): Promise<void> {
    const from = now()
    await this.#wait(lasts)
    this.disturbances.push({ process, from, to: now() })
  }

  #process({ process }: { readonly process: number }): NodeProcess {
    return this.#processes[process] as NodeProcess
  }

  async #wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#calm.signal }).catch(() => {})
  }
}

function choosePart<Item>(items: readonly Item[], count: number, pick: (n: number) => number): readonly Item[] {
  const left = [...items]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(pick(left.length), 1)).flat()
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

function describeOnly(applicationName: string | undefined): string {
  if (applicationName === undefined) return ''
  return ` (${applicationName === 'eventstore' ? 'pool' : applicationName.replace('eventstore ', '')})`
}
