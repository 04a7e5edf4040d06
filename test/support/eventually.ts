import { setTimeout } from 'node:timers/promises'

export interface EventuallyOptions {
  /** Milliseconds to keep trying. @default 5_000 */
  readonly within?: number
  /** Milliseconds between tries. @default 20 */
  readonly every?: number
}

/** Repeats the assertion until it passes, and resolves to its result; in the end rejects with its last error. */
export async function eventually<Result>(
  assertion: () => Result | Promise<Result>,
  { within = 5_000, every = 20 }: EventuallyOptions = {},
): Promise<Result> {
  for (const deadline = performance.now() + within; ; await setTimeout(every)) {
    try {
      return await assertion()
    } catch (error) {
      if (performance.now() >= deadline) throw error
    }
  }
}
