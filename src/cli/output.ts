import { once } from 'node:events'
import { styleText } from 'node:util'
import { type Failure, ReaderGone } from './failure.ts'
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
  readonly #stdout: Sink
  readonly #stderr: Sink
  #hasStatus = false

  constructor(options: {
    readonly json: boolean
    readonly stdout: Sink
    readonly stderr: Sink
  }) {
    this.json = options.json
    this.#stdout = options.stdout
    this.#stderr = options.stderr
  }

  /** One thing that was done or found. */
  report(sentence: string, facts: Facts): void {
    this.show(printable(sentence), facts)
  }

  /** The same in colours or several lines. The caller has made printable what is not his own. */
  show(text: string, facts: Facts): void {
    this.status('')
    this.#stdout.write(this.json ? jsonLine(facts) : `${text}\n`)
  }

  /**
   * One of many lines, which the caller has made printable. Resolves when there is room for another; throws ReaderGone when whoever
   * read them has gone: there is no use in finding more.
   */
  async line(text: string, facts: Facts): Promise<void> {
    await this.write(this.json ? jsonLine(facts) : `${text}\n`)
  }

  /** The same for a piece of data, as it is. */
  async write(piece: string | Uint8Array): Promise<void> {
    if (this.#stdout.destroyed) throw new ReaderGone()
    if (this.#stdout.write(piece)) return
    const left = new AbortController()
    await Promise.race(['drain', 'close', 'error'].map((event) => once(this.#stdout, event, { signal: left.signal })))
      .catch(() => {})
      .finally(() => left.abort())
  }

  /** Several things that were found. */
  list<Item>(items: readonly Item[], { columns, facts, empty }: ListStyle<Item>): void {
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

  /** Where a person watches how far a command has got: standard error, if it is a terminal and nothing else is printed on it. */
  get watched(): Sink | undefined {
    return this.#stderr.isTTY && !this.json ? this.#stderr : undefined
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
  return `${printable(JSON.stringify(facts))}\n`
}

/** Node's own check looks at standard output only, and not in every version. */
function paint(stream: Sink, colour: Colour, text: string): string {
  return stream.isTTY && stream.hasColors?.() ? styleText(colour, text, { validateStream: false }) : text
}
