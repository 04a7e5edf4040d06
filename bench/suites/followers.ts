import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { EventStore } from '../../src/index.ts'
import { now } from '../harness/clock.ts'

const STREAMS_PER_APPEND = 1_000
/** A look at the store that takes less has not waited for a connection; so many of them, and nobody else reads. */
const QUICK_LOOK = 20
const QUICK_LOOKS = 5

/** Who follow many streams; each has received one event, and waits for the next. */
export class Followers {
  readonly #store: EventStore
  readonly #count: number
  #stop: (() => Promise<void>) | undefined

  constructor(store: EventStore, count: number) {
    this.#store = store
    this.#count = count
  }

  async start(): Promise<void> {
    await this.stop()
    const following = new AbortController()
    let received = 0
    const waiting = new EventTarget()
    const all = once(waiting, 'all')
    const running = Promise.all(
      Array.from({ length: this.#count }, async (_, index) => {
        const events = this.#store.follow(followedStream(index), { after: 'start', signal: following.signal })
        for await (const _ of events) if (++received === this.#count) waiting.dispatchEvent(new Event('all'))
      }),
    )
    running.catch(() => {})
    this.#stop = async () => {
      following.abort()
      await running.catch((error) => {
        if (error !== following.signal.reason) throw error
      })
    }
    await Promise.race([all, running])
    await settle(this.#store)
  }

  async stop(): Promise<void> {
    const stop = this.#stop
    this.#stop = undefined
    await stop?.()
  }
}

/** Stores the streams to follow, an event each. */
export async function storeStreams(store: EventStore, count: number): Promise<void> {
  for (let first = 0; first < count; first += STREAMS_PER_APPEND) {
    const length = Math.min(STREAMS_PER_APPEND, count - first)
    await store.appendAll(
      Array.from({ length }, (_, index) => ({
        stream: followedStream(first + index),
        expectedVersion: 'no-stream' as const,
        events: [{ type: 'Opened', data: {} }],
      })),
    )
  }
}

/** Waits until the followers, who all read once more when the store begins to listen, leave connections to others. */
async function settle(store: EventStore): Promise<void> {
  for (let quick = 0; quick < QUICK_LOOKS; ) {
    const began = now()
    await store.getStream('$all')
    quick = now() - began < QUICK_LOOK ? quick + 1 : 0
    await setTimeout(QUICK_LOOK)
  }
}

function followedStream(n: number): string {
  return `followed-${n}`
}
