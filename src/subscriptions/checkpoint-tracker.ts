import { Deque } from '../util/deque.ts'

/** An event on its way: from being read until it and all before it are acknowledged. */
export interface Tracked {
  /** The greatest event number that it stands for. */
  number: number
  done: boolean
}

/**
 * Works out how far a subscription has got: the last number before the first event that is not acknowledged.
 *
 * A run of acknowledged events takes one place, however long, so that memory grows with the open events only.
 */
export class CheckpointTracker {
  readonly #tracked = new Deque<Tracked>()
  #checkpoint: number

  constructor(checkpoint: number) {
    this.#checkpoint = checkpoint
  }

  get checkpoint(): number {
    return this.#checkpoint
  }

  /** The next event in order, which is open. */
  open<Item extends Tracked>(item: Item): void {
    this.#tracked.push(item)
  }

  /** The next event in order, which nobody has to see. */
  skip(number: number): void {
    const last = this.#tracked.last()
    if (!last) this.#checkpoint = number
    else if (last.done) last.number = number
    else this.#tracked.push({ number, done: true })
  }

  /** Moves the checkpoint over what is done by now. */
  advance(): void {
    for (let first = this.#tracked.first(); first?.done; first = this.#tracked.first()) {
      this.#checkpoint = first.number
      this.#tracked.shift()
    }
  }
}
