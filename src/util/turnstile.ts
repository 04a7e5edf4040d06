import { Deque } from './deque.ts'

/** Lets so many tasks run at a time; the others wait, first come, first served. */
export class Turnstile {
  readonly #most: number
  readonly #waiting = new Deque<() => void>()
  #running = 0

  constructor(most: number) {
    this.#most = most
  }

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
