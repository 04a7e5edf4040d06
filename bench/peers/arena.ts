import { contest } from '../harness/contest.ts'
import { showProgress } from '../harness/progress.ts'
import type { Measurement } from '../harness/report.ts'
import type { BenchServer } from '../harness/server.ts'
import type { OpenEmmett } from './contenders/emmett.ts'
import { collectGarbage } from './garbage.ts'
import { storeEvents } from './stored.ts'

/** One of the values that every run of a contest measures. */
export interface Figure {
  /** What distinguishes it from the contest's others: `p50`. Empty for the first. */
  readonly label: string
  readonly unit: Measurement['unit']
  readonly better: Measurement['better']
}

/** Whoever does the work of a contest. */
export interface Competitor {
  readonly name: string
  /** Does the work once. Resolves to the contest's figures, in their order. */
  run(): Promise<readonly number[]>
  /** Prepares what is not measured, before each run. */
  prepare?(): Promise<void>
}

/** A piece of work that contenders do in turns. */
export interface Contest {
  /** Its name in the goals and in the report. */
  readonly name: string
  /** Opens contenders, lets them compete, closes them. Resolves to what was measured. */
  run(arena: Arena): Promise<readonly Measurement[]>
}

/** How much is measured. */
export interface Sizes {
  readonly quick: boolean
  /** Whether 10,000,000 events are to be stored. */
  readonly large: boolean
}

export interface ArenaOptions {
  readonly server: BenchServer
  readonly sizes: Sizes
  /** Undefined when Emmett could not be loaded. */
  readonly openEmmett: OpenEmmett | undefined
  /** Makes the server write what it put off. */
  readonly checkpoint: () => Promise<void>
}

/** Where contests take place. */
export class Arena {
  readonly sizes: Sizes
  readonly openEmmett: OpenEmmett | undefined
  readonly #server: BenchServer
  readonly #checkpoint: () => Promise<void>
  readonly #stored = new Map<number, Promise<string>>()
  readonly #temporary: string[] = []
  #databases = 0

  constructor({ server, sizes, openEmmett, checkpoint }: ArenaOptions) {
    this.sizes = sizes
    this.openEmmett = openEmmett
    this.#server = server
    this.#checkpoint = checkpoint
  }

  /** The quick size of something, or the full one. */
  size(quick: number, full: number): number {
    return this.sizes.quick ? quick : full
  }

  /** An empty database, until the end of the contest. */
  async newDatabase(name: string): Promise<string> {
    const connectionString = await this.#server.newDatabase(`${name}_${this.#databases++}`)
    this.#temporary.push(connectionString)
    return connectionString
  }

  /** Drops what a contest created, which the server would go on to vacuum during the next. */
  async clear(): Promise<void> {
    for (const connectionString of this.#temporary.splice(0)) await this.#server.dropDatabase(connectionString)
  }

  /** A database in which a store has this many events, in streams of 100; contests share it, and do not append to it. */
  stored(count: number): Promise<string> {
    const known = this.#stored.get(count)
    if (known) return known
    const storing = this.#server.newDatabase(`stored_${count}`).then(async (connectionString) => {
      await storeEvents(connectionString, count)
      return connectionString
    })
    this.#stored.set(count, storing)
    return storing
  }

  /**
   * Lets them compete, each run after a checkpoint and a collection of garbage: nobody pays for what was left by another. Resolves to
   * a measurement of each figure of each.
   */
  async compete(
    suite: string,
    figures: readonly Figure[],
    competitors: readonly Competitor[],
    { warmUps = this.size(1, 3), repetitions = this.size(3, 7) } = {},
  ): Promise<readonly Measurement[]> {
    const outcomes: (readonly number[])[] = []
    const progress = showProgress(suite)
    progress.expect(competitors.length * (warmUps + repetitions))
    const samples = await contest(
      competitors.map((competitor) => ({
        name: competitor.name,
        prepare: async () => {
          progress.begin(competitor.name)
          await competitor.prepare?.()
          await this.#checkpoint()
          collectGarbage()
        },
        run: async () => outcomes.push(await competitor.run()) - 1,
      })),
      { warmUps, repetitions, onRun: () => progress.done() },
    ).finally(() => progress.stop())
    return competitors.flatMap(({ name }) =>
      figures.map(({ label, unit, better }, place) => ({
        suite,
        name: label === '' ? name : `${name}, ${label}`,
        unit,
        better,
        samples: (samples.get(name) ?? []).map((outcome) => outcomes[outcome]?.[place] as number),
      })),
    )
  }
}
