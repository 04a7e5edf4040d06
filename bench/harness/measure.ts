import { contest } from './contest.ts'
import type { Progress } from './progress.ts'
import type { Measurement } from './report.ts'

/** One of the things that a run of a case yields. */
export interface Figure {
  /** As in `Measurement`: the same words in every run of the benchmarks. */
  readonly name: string
  readonly unit: Measurement['unit']
  /** The name of the figure of this suite that it is to be seen in relation to. */
  readonly comparedTo?: string
}

/** A piece of work that is measured again and again. */
export interface Case {
  /** The first one's name is the case's. */
  readonly figures: readonly [Figure, ...Figure[]]
  /** Prepares what is not measured, before each run. */
  prepare?(): Promise<void>
  /** Does the work once. Resolves to a value for each figure. */
  run(): Promise<readonly number[]>
}

export interface MeasureOptions {
  readonly warmUps: number
  readonly repetitions: number
  readonly progress: Progress
}

/** Measures cases in turns, as contenders of one contest. */
export async function measure(
  suite: string,
  cases: readonly Case[],
  { warmUps, repetitions, progress }: MeasureOptions,
): Promise<readonly Measurement[]> {
  const runs = cases.map(() => [] as (readonly number[])[])
  progress.expect(cases.length * (warmUps + repetitions))
  const contenders = cases.map((one, index) => ({
    name: one.figures[0].name,
    async prepare() {
      progress.begin(one.figures[0].name)
      await one.prepare?.()
    },
    async run() {
      const values = await one.run()
      runs[index]?.push(values)
      return values[0] ?? Number.NaN
    },
  }))
  await contest(contenders, { warmUps, repetitions, onRun: () => progress.done() })
  return cases.flatMap(({ figures }, index) =>
    figures.map((figure, place) =>
      measurement(
        suite,
        figure,
        (runs[index] ?? []).slice(warmUps).map((values) => values[place] ?? Number.NaN),
      ),
    ),
  )
}

/** What a figure and its samples make. */
export function measurement(suite: string, figure: Figure, samples: readonly number[]): Measurement {
  return { suite, ...figure, better: figure.unit.endsWith('/s') ? 'more' : 'less', samples }
}
