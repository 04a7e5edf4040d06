/** When events were received, by position: for whoever asks before or after. */
export class Receipts {
  readonly #times = new Map<number, number>()
  #awaited: { readonly position: number; resolve(at: number): void; reject(error: unknown): void } | undefined
  #failure: unknown

  received(position: number, at: number): void {
    this.#times.set(position, at)
    if (this.#awaited?.position === position) this.#awaited.resolve(at)
  }

  /** Nothing more will be received. */
  fail(error: unknown): void {
    this.#failure = error
    this.#awaited?.reject(error)
  }

  /** When the event of this position was, or will have been, received. One question at a time. */
  of(position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#awaited = { position, resolve, reject }
      const at = this.#times.get(position)
      if (at !== undefined) resolve(at)
      else if (this.#failure) reject(this.#failure)
    })
  }
}
