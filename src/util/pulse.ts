/** Wakes a loop that waits. What is fired while the loop works is not forgotten: the next wait ends at once. */
export class Pulse {
  #fired = false
  #waiting: (() => void) | undefined

  fire(): void {
    this.#fired = true
    this.#waiting?.()
  }

  /** Resolves when it is fired, or was since the last wait; after some milliseconds (if any) in any case. One loop waits at a time. */
  wait(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => this.#waiting?.(), milliseconds)
      this.#waiting = () => {
        clearTimeout(timer)
        this.#waiting = undefined
        this.#fired = false
        resolve()
      }
      if (this.#fired) this.#waiting()
    })
  }
}
