import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { printableLines } from './printable.ts'
import type { Sink, Source } from './stdio.ts'
import { wrapLines } from './wrap.ts'

/** Where questions are asked, if somebody is there to answer. */
export interface Terminal {
  readonly interactive: boolean
  /** Resolves to the line that was typed; undefined when the input ended. */
  ask(question: string): Promise<string | undefined>
}

/** Asks on standard error, so that the results can go elsewhere. */
export function createTerminal(stdin: Source, stderr: Sink, signal: AbortSignal): Terminal {
  return {
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    async ask(question) {
      stderr.write(wrapLines(printableLines(question), stderr.columns))
      // Not as a terminal: the system's own line editing leaves Ctrl-C to the process.
      const lines = createInterface({ input: stdin, terminal: false })
      try {
        const [line]: readonly unknown[] = await Promise.race([
          once(lines, 'line', { signal }),
          once(lines, 'close', { signal }),
        ])
        if (typeof line === 'string') return line
        stderr.write('\n')
        return undefined
      } catch (error) {
        stderr.write('\n')
        throw signal.aborted ? signal.reason : error
      } finally {
        lines.close()
      }
    },
  }
}
