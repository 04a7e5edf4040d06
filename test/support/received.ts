import { expect } from 'vitest'
import type { RecordedEvent } from '../../src/index.ts'
import { eventually } from './eventually.ts'

/** What an iteration in the background has yielded so far. */
export class Received<Item> implements AsyncDisposable {
  readonly items: Item[] = []
  /** Resolves when the iteration ends, and rejects when it does. */
  readonly ended: Promise<void>
  readonly #iterator: AsyncIterator<Item>
  #error: { readonly error: unknown } | undefined

  /** Begins to iterate at once. `each` is called with every item, and waited for. */
  constructor(iterable: AsyncIterable<Item>, each?: (item: Item) => unknown) {
    this.#iterator = iterable[Symbol.asyncIterator]()
    this.ended = this.#iterate(each)
    this.ended.catch((error: unknown) => {
      this.#error = { error }
    })
  }

  /** Resolves when there are as many items. */
  async until(count: number, within = 5_000): Promise<readonly Item[]> {
    await eventually(
      () => {
        if (!this.#error) expect(this.items.length).toBeGreaterThanOrEqual(count)
      },
      { within, every: 2 },
    )
    if (this.items.length < count && this.#error) throw this.#error.error
    return this.items
  }

  /** Leaves, as `break` does. */
  async stop(): Promise<void> {
    await this.#iterator.return?.()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #iterate(each: ((item: Item) => unknown) | undefined): Promise<void> {
    for (let next = await this.#iterator.next(); !next.done; next = await this.#iterator.next()) {
      this.items.push(next.value)
      await each?.(next.value)
    }
  }
}

export function receive<Item>(iterable: AsyncIterable<Item>, each?: (item: Item) => unknown): Received<Item> {
  return new Received(iterable, each)
}

/** The numbers of events, or of batches of them. */
export function numbersOf(events: readonly RecordedEvent[]): number[] {
  return events.map(({ eventNumber }) => eventNumber)
}
