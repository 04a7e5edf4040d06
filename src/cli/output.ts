import { styleText } from 'node:util'
import type { Failure } from './failure.ts'

type Colour = 'green' | 'yellow' | 'red'
type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[] | undefined>>

/** What the user is told: sentences for people, or with `--json` one object a line for programs. */
export class Output {
  readonly #json: boolean
  readonly #stdout: NodeJS.WriteStream
  readonly #stderr: NodeJS.WriteStream

  constructor(options: {
    readonly json: boolean
    readonly stdout: NodeJS.WriteStream
    readonly stderr: NodeJS.WriteStream
  }) {
    this.#json = options.json
    this.#stdout = options.stdout
    this.#stderr = options.stderr
  }

  /** One thing that was done or found. */
  report(sentence: string, facts: Facts): void {
    this.#stdout.write(this.#json ? `${JSON.stringify(facts)}\n` : `${sentence}\n`)
  }

  /** A remark for people, apart from the results. */
  note(sentence: string): void {
    if (!this.#json) this.#stderr.write(`${sentence}\n`)
  }

  fail({ code, message }: Failure): void {
    const line = this.#json
      ? JSON.stringify({ error: { code, message } })
      : `${paint(this.#stderr, 'red', 'error:')} ${message}`
    this.#stderr.write(`${line}\n`)
  }

  /** Coloured where results are read by a person. */
  paint(colour: Colour, text: string): string {
    return paint(this.#stdout, colour, text)
  }
}

/** Node's own check looks at standard output only, and not in every version. */
function paint(stream: NodeJS.WriteStream, colour: Colour, text: string): string {
  return stream.isTTY && stream.hasColors() ? styleText(colour, text, { validateStream: false }) : text
}
