import type { Output } from './output.ts'
import type { Source } from './stdio.ts'

/** Says that a command waits for what is typed, where a terminal is its input: it would look as if it hung. */
export function noteTyping(output: Output, stdin: Source, file: string | undefined, what: string): void {
  if (stdin.isTTY && (file === undefined || file === '-')) {
    output.note(`Reading ${what} from the terminal; Ctrl-D ends it, Ctrl-C leaves.`)
  }
}
