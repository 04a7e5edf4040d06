/**
 * Who waits for which stream to grow. A wake-up is a hint that there may be something to read, never data: whoever is woken reads
 * after his cursor. So one too many costs a query, and only one too few would be a fault.
 */
export class WakeUps {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** How many wait. */
  get size(): number {
    let size = 0
    for (const callbacks of this.#waiting.values()) size += callbacks.size
    return size
  }

  /** How many wait for a stream. */
  countFor(stream: string): number {
    return this.#waiting.get(stream)?.size ?? 0
  }

  /** Calls back whenever the stream may have grown, until the function that it returns is called. */
  register(stream: string, callback: () => void): () => void {
    const callbacks = this.#waiting.get(stream) ?? new Set()
    this.#waiting.set(stream, callbacks.add(callback))
    return () => {
      callbacks.delete(callback)
      if (callbacks.size === 0 && this.#waiting.get(stream) === callbacks) this.#waiting.delete(stream)
    }
  }

  /** These streams may have grown. */
  wake(streams: Iterable<string>): void {
    for (const stream of streams) {
      for (const callback of this.#waiting.get(stream) ?? []) callback()
    }
  }

  /** Any stream may have grown. */
  wakeAll(): void {
    for (const callbacks of [...this.#waiting.values()]) for (const callback of [...callbacks]) callback()
  }
}
