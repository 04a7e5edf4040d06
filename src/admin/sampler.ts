import type { LiveState, Sample, SampleHistory } from './api.ts'
import { CONNECTED, stateOf } from './connection-state.ts'
import { type Message, pause } from './event-stream.ts'

/** Milliseconds between two samples. */
const EVERY = 2_000
/** Samples that are kept: those of ten minutes. */
const KEPT = 300
/** Milliseconds for which samples are taken when nobody looks any more. */
const LINGER = 600_000
/** Milliseconds of quiet after which a ping goes. */
const PING_AFTER = 15_000

/** The last samples, each with its number since the beginning. */
export class SampleRing {
  readonly #kept: number
  #samples: readonly Sample[] = []
  #last = 0

  constructor(kept: number) {
    this.#kept = kept
  }

  /** The number of the last sample; 0 while there is none. */
  get last(): number {
    return this.#last
  }

  push(sample: Sample): void {
    this.#samples = [...this.#samples, sample].slice(-this.#kept)
    this.#last++
  }

  /** The samples with a greater number, as far as they are kept. */
  after(number: number): readonly Sample[] {
    const count = Math.min(this.#last - number, this.#samples.length)
    return count <= 0 ? [] : this.#samples.slice(-count)
  }
}

export interface SamplerOptions {
  readonly take: () => Promise<Sample>
  readonly closing: AbortSignal
  /** Told why no more samples are taken, if that happens. */
  readonly onFailure: (error: unknown) => void
  /** @default 2_000 */
  readonly every?: number
  /** @default 600_000 */
  readonly linger?: number
  /** @default 15_000 */
  readonly pingAfter?: number
}

/**
 * Takes samples while somebody looks, and for a while after.
 *
 *   idle ──somebody comes──► taking ──nobody was there for long, the server stops──► idle
 */
export class Sampler {
  readonly #options: Required<SamplerOptions>
  readonly #ring = new SampleRing(KEPT)
  readonly #woken = new Set<() => void>()
  #state: LiveState | undefined
  #watching = 0
  #leftAt = 0
  #taking = false

  constructor({ every = EVERY, linger = LINGER, pingAfter = PING_AFTER, ...options }: SamplerOptions) {
    this.#options = { every, linger, pingAfter, ...options }
  }

  /**
   * The history after a time, the newest sample, then each as it is taken, until the signal aborts. Who reads slowly gets several at
   * once.
   */
  async *watch(signal: AbortSignal, after = ''): AsyncGenerator<Message, undefined> {
    if (signal.aborted) return
    this.#watching++
    signal.addEventListener('abort', () => this.#leave(), { once: true })
    if (!this.#taking) void this.#takeAll().catch(this.#options.onFailure)
    let seen = Math.max(0, this.#ring.last - 1)
    let state: LiveState | undefined
    const before = this.#ring.after(0).slice(0, -1)
    yield { event: 'history', data: historyOf(before.filter(({ time }) => time > after)) }
    let quietSince = performance.now()
    while (!signal.aborted) {
      const messages: Message[] = []
      if (this.#state && state?.connected !== this.#state.connected) {
        state = this.#state
        messages.push({ event: 'state', data: state })
      }
      messages.push(...this.#ring.after(seen).map((sample) => ({ event: 'sample', data: sample })))
      seen = this.#ring.last
      // Also while the database is away, when samples are tried for and none comes.
      if (messages.length === 0 && performance.now() - quietSince >= this.#options.pingAfter) messages.push('ping')
      for (const message of messages) {
        if (signal.aborted) return
        yield message
        quietSince = performance.now()
      }
      if (messages.length === 0) await this.#tried(signal)
    }
  }

  #leave(): void {
    this.#watching--
    this.#leftAt = performance.now()
  }

  /** Waits until a sample was taken, or could not be, but no longer than it is quiet without a ping. */
  async #tried(signal: AbortSignal): Promise<void> {
    const waking = new AbortController()
    const wake = () => waking.abort()
    this.#woken.add(wake)
    await pause(this.#options.pingAfter, AbortSignal.any([signal, waking.signal]))
    this.#woken.delete(wake)
  }

  async #takeAll(): Promise<void> {
    const { take, closing, every, linger } = this.#options
    this.#taking = true
    try {
      while (!closing.aborted && (this.#watching > 0 || performance.now() - this.#leftAt < linger)) {
        const began = performance.now()
        const { found, state } = await take().then((sample) => ({ found: sample, state: CONNECTED }), stateOf)
        if (found) this.#ring.push(found)
        this.#state = state
        for (const wake of this.#woken) wake()
        await pause(Math.max(0, every - (performance.now() - began)), closing)
      }
    } finally {
      this.#taking = false
    }
  }
}

/** Names once, numbers in rows: a hundred subscriptions over ten minutes, each sample by itself, would be megabytes. */
export function historyOf(samples: readonly Sample[]): SampleHistory {
  const found = new Map<string, { readonly stream: string; readonly name: string; readonly lags: (number | null)[] }>()
  samples.forEach((sample, index) => {
    for (const { stream, name, lag } of sample.subscriptions) {
      const key = JSON.stringify([stream, name])
      const row = found.get(key) ?? { stream, name, lags: samples.map(() => null) }
      row.lags[index] = lag
      found.set(key, row)
    }
  })
  return {
    times: samples.map(({ time }) => time),
    heads: samples.map(({ head }) => head),
    subscriptions: [...found.values()],
  }
}
