import type { Program } from './program.ts'
import { disagreement } from './promises.ts'
import type { Run } from './run-program.ts'

/** What is wrong with a block that was to be run; undefined when it did what its page says. */
export function failureOf(
  block: number,
  { steps, promises }: Program,
  { begun, printed, error }: Run,
): string | undefined {
  if (!steps.has(block)) throw new Error(`Line ${block} begins no block that is run`)
  if (!begun.includes(block)) {
    return begun.length === 0
      ? `the program did not begin: ${error}`
      : `not reached: the program ended at line ${begun.at(-1)}`
  }
  if (error !== undefined && begun.at(-1) === block) return error
  const own = promises.filter((promise) => promise.block === block)
  const broken = own.map((promise) => disagreement(promise, printed)).filter((problem) => problem !== undefined)
  return broken.length === 0 ? undefined : broken.join('\n')
}
