import { SingleBar } from 'cli-progress'
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

/**
 * Shows it on a terminal: a bar with the rate and the time that is left; what has no room there is left out. Does nothing without one.
 * The terminal is left as it was found, whenever the process ends: nothing is hidden or switched off meanwhile.
 */
export function showProgress(terminal: Sink | undefined, { things, total }: ProgressOptions): Progress {
  if (!terminal) return SILENT
  const pace = new Pace(total)
  const bar = new SingleBar({
    format: (_, { progress }) =>
      progressLine(total > 0 ? progress : undefined, pace.describe(things), terminal.columns || USUAL_WIDTH),
    clearOnComplete: true,
    hideCursor: false,
    linewrap: true, // of the terminal, which is to be left alone: a line is never as long as that
    gracefulExit: false, // a signal ends the command, and that ends this
    stream: terminal,
  })
  bar.start(PIECES, 0)
  return {
    update(done, count) {
      pace.note(performance.now(), done, count)
      const part = total > 0 ? Math.min(done / total, 1) * PIECES : 0
      // Complete, it would stop by itself before the last is done.
      bar.update(Math.min(Math.floor(part), PIECES - 1))
    },
    stop: () => bar.stop(),
  }
}

const USUAL_WIDTH = 80
const BAR_LENGTH = 16

/** As much as fits so many columns of a bar and what is told beside it. `progress` goes up to 1; undefined is one that is not known. */
export function progressLine(progress: number | undefined, { count, rate, left }: PaceTexts, width: number): string {
  const percentage = progress === undefined ? undefined : `${Math.floor(progress * 100)}%`
  const bar = progress === undefined ? undefined : `${barOf(progress)} ${percentage}`
  const lines = [
    [bar, count, rate, left],
    [percentage, count, rate, left],
    [percentage ?? count, rate, left],
    [percentage ?? count],
  ].map((texts) => ['', ...texts.filter((text) => text !== undefined)].join('  '))
  return lines.find((line) => line.length < width) ?? ''
}

function barOf(progress: number): string {
  return '█'.repeat(Math.round(progress * BAR_LENGTH)).padEnd(BAR_LENGTH, '░')
}

interface Moment {
  readonly at: number
  readonly done: number
  readonly count: number
}

/** Milliseconds that a rate is taken of, and between two moments that are remembered. */
const WINDOW = 10_000
const STEP = 250

/** What is told of a pace; what is not known yet is missing. */
interface PaceTexts {
  readonly count: string
  readonly rate?: string
  readonly left?: string
}

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

  describe(things: string): PaceTexts {
    const { count = 0 } = this.#last ?? {}
    const [rate, left] = [this.#perSecond('count'), this.#secondsLeft()]
    return {
      count: countOf(count, things),
      ...(rate !== undefined && { rate: `${Math.round(rate).toLocaleString('en')}/s` }),
      ...(left !== undefined && { left: `${describeSeconds(left)} left` }),
    }
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

/** As in `1,234 events` and `1 event`. */
export function countOf(count: number, things: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? things.replace(/s\b/, '') : things}`
}

/** What was done in so many milliseconds: `1,234 events in 2.0 s, 617/s, 1.2 MB`. */
export function describeWork(count: number, things: string, milliseconds: number, bytes: number): string {
  const seconds = milliseconds / 1_000
  const rate = Math.round(count / Math.max(seconds, 0.001)).toLocaleString('en')
  return `${countOf(count, things)} in ${seconds.toFixed(1)} s, ${rate}/s, ${formatBytes(bytes)}`
}
