/** Somebody who does a piece of work, again and again. */
export interface Contender {
  readonly name: string
  /** Does the work once. Resolves to what was measured, in the contest's unit. */
  run(): Promise<number>
  /** Prepares what is not measured, before each run. */
  prepare?(): Promise<void>
}

export interface ContestOptions {
  /** Runs of each contender that are not counted, and runs that are. */
  readonly warmUps: number
  readonly repetitions: number
  /** Called after every run. */
  readonly onRun: (name: string) => void
}

/**
 * Lets contenders do the same work in turns, so that whatever else the machine does hits all of them alike. Every round begins with
 * another one: nobody always runs after the same one. Resolves to the samples of each, by name.
 */
export async function contest(
  contenders: readonly Contender[],
  { warmUps, repetitions, onRun }: ContestOptions,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < repetitions; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + round + warmUps) % contenders.length] as Contender
      await contender.prepare?.()
      const sample = await contender.run()
      if (round >= 0) samples.get(contender.name)?.push(sample)
      onRun(contender.name)
    }
  }
  return samples
}
