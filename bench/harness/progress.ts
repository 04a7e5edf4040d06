import { Presets, SingleBar } from 'cli-progress'
import { clip } from './text.ts'

/** How far a suite has got: a bar with the time left on a terminal, elsewhere a line now and then. */
export interface Progress {
  /** More runs to come. */
  expect(runs: number): void
  /** What is being done now. */
  begin(name: string): void
  /** A run is done. */
  done(): void
  /** Takes the bar away. */
  stop(): void
}

export const SILENT: Progress = { expect() {}, begin() {}, done() {}, stop() {} }

const LINE_EVERY = 5_000
const NAME_WIDTH = 38

/** The progress of a suite, on stderr. */
export function showProgress(suite: string): Progress {
  return process.stderr.isTTY ? bar(suite) : lines(suite)
}

function bar(suite: string): Progress {
  const single = new SingleBar(
    {
      format: `  ${suite}  {bar} {percentage}%  {left}  {name}`,
      barsize: 16,
      clearOnComplete: true,
      hideCursor: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  )
  const pace = new Pace()
  const payload = { name: '', left: '' }
  single.start(1, 0, payload)
  return {
    expect(runs) {
      pace.total += runs
      single.setTotal(pace.total)
    },
    begin(name) {
      payload.name = clip(name, NAME_WIDTH).padEnd(NAME_WIDTH)
      single.update(pace.runs, payload)
    },
    done() {
      pace.runs++
      payload.left = pace.describe()
      single.update(Math.min(pace.runs, pace.total - 0.001), payload)
    },
    stop: () => single.stop(),
  }
}

function lines(suite: string): Progress {
  const pace = new Pace()
  let told = performance.now() - LINE_EVERY
  return {
    expect(runs) {
      pace.total += runs
    },
    begin(name) {
      if (performance.now() - told < LINE_EVERY) return
      told = performance.now()
      console.error(`  ${suite}  ${pace.runs}/${pace.total}  ${name}  ${pace.describe()}`.trimEnd())
    },
    done() {
      pace.runs++
    },
    stop() {},
  }
}

/** How long the rest takes, if the runs to come are like those that were. */
class Pace {
  readonly #began = performance.now()
  total = 0
  runs = 0

  describe(): string {
    if (this.runs === 0) return ''
    const seconds = ((performance.now() - this.#began) / this.runs) * (this.total - this.runs) * 0.001
    return seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`
  }
}
