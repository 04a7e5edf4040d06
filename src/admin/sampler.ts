import type { LiveState, Sample } from './api.ts'
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

  constructor({ every = EVERY, linger = LINGER, ...options }: SamplerOptions) {
    this.#options = { every, linger, ...options }
  }

  /** The history, then each sample as it is taken, until the signal aborts. Who reads slowly gets several at once. */
  async *watch(signal: AbortSignal): AsyncGenerator<Message, undefined> {
    if (signal.aborted) return
    this.#watching++
    signal.addEventListener('abort', () => this.#leave(), { once: true })
    if (!this.#taking) void this.#takeAll().catch(this.#options.onFailure)
    let seen = this.#ring.last
    let state: LiveState | undefined
    yield { event: 'history', data: this.#ring.after(0) }
    while (!signal.aborted) {
      if (this.#state && state?.connected !== this.#state.connected) {
        state = this.#state
        yield { event: 'state', data: state }
      }
      const samples = this.#ring.after(seen)
      seen = this.#ring.last
      for (const sample of samples) {
        if (signal.aborted) return
        yield { event: 'sample', data: sample }
      }
      if (samples.length === 0 && !(await this.#changed(signal))) yield 'ping'
    }
  }

  #leave(): void {
    this.#watching--
    this.#leftAt = performance.now()
  }

  /** Resolves to whether something happened before it is time for a ping. */
  async #changed(signal: AbortSignal): Promise<boolean> {
    const waking = new AbortController()
    let changed = false
    const wake = () => {
      changed = true
      waking.abort()
    }
    this.#woken.add(wake)
    await pause(PING_AFTER, AbortSignal.any([signal, waking.signal]))
    this.#woken.delete(wake)
    return changed || signal.aborted
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
