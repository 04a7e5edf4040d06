import { once } from 'node:events'
import { styleText } from 'node:util'
import { type Failure, ReaderGone } from './failure.ts'
import type { Sink } from './stdio.ts'
import { type Column, renderTable } from './table.ts'

type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold' | 'cyan'
export type Facts = Readonly<Record<string, unknown>>

/** Columns of a table where it is no terminal. */
const USUAL_WIDTH = 120

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
    this.#stdout.write(this.json ? `${JSON.stringify(facts)}\n` : `${sentence}\n`)
  }

  /**
   * One of many lines. Resolves when there is room for another; throws ReaderGone when whoever read them has gone: there is no use
   * in finding more.
   */
  async line(text: string, facts: Facts): Promise<void> {
    if (this.#stdout.destroyed) throw new ReaderGone()
    if (this.#stdout.write(this.json ? `${JSON.stringify(facts)}\n` : `${text}\n`)) return
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
    if (!this.json) this.#stderr.write(`${sentence}\n`)
  }

  fail({ code, message }: Failure): void {
    const line = this.json
      ? JSON.stringify({ error: { code, message } })
      : `${paint(this.#stderr, 'red', 'error:')} ${message}`
    this.#stderr.write(`${line}\n`)
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

/** Node's own check looks at standard output only, and not in every version. */
function paint(stream: Sink, colour: Colour, text: string): string {
  return stream.isTTY && stream.hasColors?.() ? styleText(colour, text, { validateStream: false }) : text
}
