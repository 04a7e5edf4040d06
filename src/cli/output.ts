import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { styleText } from 'node:util'
import { type Failure, ReaderGone, UnwritableError } from './failure.ts'
import { jsonOf } from './json-text.ts'
import { printable, printableLines } from './printable.ts'
import type { Sink } from './stdio.ts'
import { type Column, cut, renderTable } from './table.ts'
import { wrapLines } from './wrap.ts'

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold' | 'cyan'
export type Facts = Readonly<Record<string, unknown>>

/** Columns of a table where it is no terminal. */
const USUAL_WIDTH = 120
/** Goes to the beginning of the line, and empties it. */
const EMPTY_LINE = '\r\x1b[2K'

/** How a list is shown: as a table to people, as one object a line to programs. */
export interface ListStyle<Item> {
  readonly columns: readonly Column<Item>[]
  readonly facts: (item: Item) => Facts
  /** Said to people when there is nothing. */
  readonly empty: string
}

/** What the user is told: sentences for people, or with `--json` one object a line for programs. */
export class Output {
  readonly json: boolean
  /**
   * Aborts when nothing more can be printed: with ReaderGone, as whoever read it has had enough, or with UnwritableError. What waits for
   * more to print need not wait. (Node's own standard output is never `destroyed` for long.)
   */
  readonly gone: AbortSignal
  readonly #stdout: Sink
  readonly #stderr: Sink
  readonly #dumb: boolean
  #hasStatus = false

  constructor(options: {
    readonly json: boolean
    readonly stdout: Sink
    readonly stderr: Sink
    /** Whether the terminal can do nothing but print one line after the other. @default false */
    readonly dumb?: boolean
  }) {
    this.json = options.json
    this.#stdout = options.stdout
    this.#stderr = options.stderr
    this.#dumb = options.dumb ?? false
    const gone = new AbortController()
    this.gone = gone.signal
    this.#stdout.once('close', () => gone.abort(new ReaderGone()))
    this.#stdout.on('error', (error: NodeJS.ErrnoException) =>
      gone.abort(error.code === 'EPIPE' ? new ReaderGone() : new UnwritableError(error)),
    )
  }

  /** Resolves when all is printed. Rejects as `gone` does. */
  async flushed(): Promise<void> {
    if (!this.gone.aborted) await new Promise<void>((resolve) => this.#stdout.write('', () => resolve()))
    await setImmediate() // an error is told after the write that it belongs to
    this.gone.throwIfAborted()
  }

  /** One thing that was done or found, as a sentence in lines of the terminal. */
  report(sentence: string, facts: Facts): void {
    this.show(wrapLines(printable(sentence), this.isTerminal ? this.width : undefined), facts)
  }

  /** The same as it is: in colours, in several lines, or to be copied. The caller has made printable what is not his own. */
  show(text: string, facts: Facts): void {
    this.status('')
    this.#stdout.write(this.json ? jsonLine(facts) : `${text}\n`)
  }

  /**
   * One of many lines, which the caller has made printable. Resolves when there is room for another; rejects as `gone` does: there is no
   * use in finding more.
   */
  async line(text: string, facts: Facts): Promise<void> {
    await this.write(this.json ? jsonLine(facts) : `${text}\n`)
  }

  /** The same for a piece of data, as it is. */
  async write(piece: string | Uint8Array): Promise<void> {
    this.gone.throwIfAborted()
    if (this.#stdout.write(piece)) return
    const left = new AbortController()
    await Promise.race(['drain', 'close', 'error'].map((event) => once(this.#stdout, event, { signal: left.signal })))
      .catch(() => {})
      .finally(() => left.abort())
  }

  /** Several things that were found. */
  list<Item>(items: readonly Item[], { columns, facts, empty }: ListStyle<Item>): void {
    this.status('')
    if (this.json) for (const item of items) this.report('', facts(item))
    else if (items.length === 0) this.note(empty)
    else this.#stdout.write(renderTable(columns, items, this.width, (text) => this.paint('dim', text)))
  }

  /** A remark for people, apart from the results. */
  note(sentence: string): void {
    if (this.json) return
    this.status('')
    this.#stderr.write(`${this.#wrapped(printable(sentence))}\n`)
  }

  /** What is being done at the moment, on one line of a terminal, until something else is said. */
  status(sentence: string): void {
    const { watched } = this
    if (!watched || (sentence === '' && !this.#hasStatus)) return
    const width = (watched.columns || USUAL_WIDTH) - 1
    watched.write(EMPTY_LINE + paint(watched, 'dim', cut(printable(sentence), width)))
    this.#hasStatus = sentence !== ''
  }

  fail({ code, message }: Failure): void {
    this.status('')
    const line = this.json
      ? jsonLine({ error: { code, message } })
      : `${this.#wrapped(`error: ${printableLines(message)}`)}\n`.replace(
          'error:',
          paint(this.#stderr, 'red', 'error:'),
        )
    this.#stderr.write(line)
  }

  /** In lines of the terminal, if it is one. */
  #wrapped(text: string): string {
    return wrapLines(text, this.#stderr.isTTY ? this.#stderr.columns : undefined)
  }

  /**
   * Where a person watches how far a command has got: standard error, if it is a terminal on which a line can be written over, and
   * nothing else is printed on it.
   */
  get watched(): Sink | undefined {
    return this.#stderr.isTTY && !this.json && !this.#dumb ? this.#stderr : undefined
  }

  /** Whether results are read by a person. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  /** Columns of the terminal. */
  get width(): number {
    return this.#stdout.isTTY ? this.#stdout.columns || USUAL_WIDTH : USUAL_WIDTH
  }

  /** Coloured where results are read by a person. */
  paint(colour: Colour, text: string): string {
    return paint(this.#stdout, colour, text)
  }
}

/** JSON that no terminal acts upon: what it would is in a string, where it may stand as an escape. */
function jsonLine(facts: Facts): string {
  const fields = Object.entries(facts).flatMap(([name, value]) => {
    const json = jsonOf(value)
    return json === undefined ? [] : [`${JSON.stringify(name)}:${json}`]
  })
  return `{${printable(fields.join(','))}}\n`
}

/** Node's own check looks at standard output only, and not in every version. */
function paint(stream: Sink, colour: Colour, text: string): string {
  return stream.isTTY && stream.hasColors?.() ? styleText(colour, text, { validateStream: false }) : text
}
