import { Presets, SingleBar } from 'cli-progress'
import { formatBytes } from './bytes.ts'
import type { Sink } from './stdio.ts'

/** How far a command has got. */
export interface Progress {
  /** So much is done of the total, and so many things were counted. */
  update(done: number, count: number): void
  /** Takes it away. */
  stop(): void
}

interface ProgressOptions {
  /** What is counted, as in '1,234 events'. */
  readonly things: string
  /** What `done` goes up to; 0 when that is not known. */
  readonly total: number
}

const SILENT: Progress = { update() {}, stop() {} }
const PIECES = 1_000

/** Shows it on a terminal: a bar with the rate and the time that is left. Does nothing without one. */
export function showProgress(terminal: Sink | undefined, { things, total }: ProgressOptions): Progress {
  if (!terminal) return SILENT
  const bar = new SingleBar(
    {
      format: total > 0 ? `  {bar} {percentage}%  {facts}` : '  {facts}',
      barsize: 16,
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false, // a signal ends the command, and that ends this
      stream: terminal,
    },
    Presets.shades_classic,
  )
  const pace = new Pace(total)
  bar.start(PIECES, 0, { facts: '' })
  return {
    update(done, count) {
      pace.note(performance.now(), done, count)
      const part = total > 0 ? Math.min(done / total, 1) * PIECES : 0
      // Complete, it would stop by itself before the last is done.
      bar.update(Math.min(Math.floor(part), PIECES - 1), { facts: pace.describe(things) })
    },
    stop: () => bar.stop(),
  }
}

interface Moment {
  readonly at: number
  readonly done: number
  readonly count: number
}

/** Milliseconds that a rate is taken of, and between two moments that are remembered. */
const WINDOW = 10_000
const STEP = 250

/** How fast it goes, and how long the rest takes if it goes on as in the last seconds. */
export class Pace {
  readonly #total: number
  /** Of the window, the first of them the oldest. */
  #moments: Moment[] = []
  #last: Moment | undefined

  /** 0 is a total that is not known. */
  constructor(total: number) {
    this.#total = total
  }

  /** At this time, in milliseconds, so much is done and was counted. */
  note(at: number, done: number, count: number): void {
    this.#last = { at, done, count }
    const latest = this.#moments.at(-1)
    if (latest && at - latest.at < STEP) return
    this.#moments.push(this.#last)
    while (at - (this.#moments[1]?.at ?? at) >= WINDOW) this.#moments.shift()
  }

  describe(things: string): string {
    const { count = 0 } = this.#last ?? {}
    const [rate, left] = [this.#perSecond('count'), this.#secondsLeft()]
    const parts = [
      `${count.toLocaleString('en')} ${things}`,
      ...(rate === undefined ? [] : [`${Math.round(rate).toLocaleString('en')}/s`]),
      ...(left === undefined ? [] : [`${describeSeconds(left)} left`]),
    ]
    return parts.join('  ')
  }

  #secondsLeft(): number | undefined {
    const rate = this.#perSecond('done')
    if (this.#total === 0 || rate === undefined || rate === 0) return undefined
    return Math.max(0, this.#total - (this.#last?.done ?? 0)) / rate
  }

  #perSecond(what: 'done' | 'count'): number | undefined {
    const [first, last] = [this.#moments[0], this.#last]
    if (!first || !last || last.at - first.at < STEP) return undefined
    return ((last[what] - first[what]) / (last.at - first.at)) * 1_000
  }
}

function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`
}

/** What was done in so many milliseconds: `1,234 events in 2.0 s, 617/s, 1.2 MB`. */
export function describeWork(count: number, things: string, milliseconds: number, bytes: number): string {
  const seconds = milliseconds / 1_000
  const rate = Math.round(count / Math.max(seconds, 0.001)).toLocaleString('en')
  return `${count.toLocaleString('en')} ${things} in ${seconds.toFixed(1)} s, ${rate}/s, ${formatBytes(bytes)}`
}
