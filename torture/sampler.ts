import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { now } from './journal.ts'

/** A checkpoint as it stood in the table, at the latest at that time. */
export interface Sample {
  readonly subscription: string
  readonly checkpoint: number
  readonly at: number
}

const PAUSE = 5

/** Looks at the checkpoints all the time, on a connection of its own, and keeps every change. */
export class Sampler implements AsyncDisposable {
  readonly samples: Sample[] = []
  /** How often it has looked. */
  looks = 0
  readonly #url: () => string
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  readonly #latest = new Map<string, number>()

  constructor(url: () => string) {
    this.#url = url
    this.#running = this.#run()
  }

  /** The latest checkpoint that was seen. */
  latest(subscription: string): number {
    return this.#latest.get(subscription) ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const client = new Client({ connectionString: this.#url(), connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
      client.on('error', () => {})
      try {
        await client.connect()
        while (!this.#stopping.signal.aborted) {
          await this.#look(client)
          await this.#pause()
        }
      } catch {
        await this.#pause() // the server is being restarted
      } finally {
        await client.end().catch(() => {})
      }
    }
  }

  async #look(client: Client): Promise<void> {
    const { rows } = await client.query<{ subscription: string; checkpoint: string }>(
      'SELECT subscription_name AS subscription, checkpoint::text FROM eventstore.subscriptions',
    )
    const at = now()
    this.looks++
    for (const { subscription, checkpoint: text } of rows) {
      const checkpoint = Number(text)
      if (this.#latest.get(subscription) === checkpoint) continue
      this.#latest.set(subscription, checkpoint)
      this.samples.push({ subscription, checkpoint, at })
    }
  }

  async #pause(): Promise<void> {
    await sleep(PAUSE, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}
