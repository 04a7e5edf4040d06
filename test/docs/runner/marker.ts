/** What is done with a block. */
export type Treatment =
  /** It is run; commands of a shell end with this exit code. */
  | { readonly kind: 'run'; readonly exitCode: number }
  /** It is checked by the compiler as far as it can be, and not run. */
  | { readonly kind: 'no-run'; readonly reason: string }
  | { readonly kind: 'no-check'; readonly reason: string }
  /** It is written to a file, for what comes after it. */
  | { readonly kind: 'file'; readonly name: string }

export type Marker =
  | Treatment
  | { readonly kind: 'setup'; readonly language: 'ts' | 'sql' | 'sh'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problem: string }

/** Words that say why. */
const FEWEST_WORDS = 3

/**
 * Reads a comment in a page, which its readers do not see:
 *
 *   <!-- example: no-run REASON -->     the block below is checked by the compiler, and not run
 *   <!-- example: no-check REASON -->   the block below is neither checked nor run
 *   <!-- example: exit CODE REASON -->  the commands below end with this exit code
 *   <!-- example: file NAME -->         the block below is the content of a file; TypeScript is checked as a module of its own
 *   <!-- example: setup CODE -->        hidden TypeScript, run in its place; CODE may also be lines of their own, up to the arrow
 *   <!-- example: setup-sql … -->       the same in SQL, or as commands: setup-sh
 */
export function readMarker(comment: readonly string[]): Marker {
  const [, word = '', text = ''] = /^\s*<!--\s*example:\s*(\S*)\s*(.*?)\s*(?:-->.*)?$/.exec(comment[0] ?? '') ?? []
  switch (word) {
    case 'no-run':
    case 'no-check': {
      const reason = [text, ...comment.slice(1)].join(' ').replace(/-->.*/, '').replaceAll(/\s+/g, ' ').trim()
      if (reason.split(' ').length >= FEWEST_WORDS) return { kind: word, reason }
      return { kind: 'wrong', problem: `${word} needs a reason of ${FEWEST_WORDS} words or more, found '${reason}'` }
    }
    case 'exit': {
      const [, code] = /^(\d+)\s+\S+/.exec(text) ?? []
      if (code !== undefined) return { kind: 'run', exitCode: Number(code) }
      return { kind: 'wrong', problem: `exit needs an exit code and why, found '${text}'` }
    }
    case 'file':
      if (/^[\w.-]+$/.test(text)) return { kind: 'file', name: text }
      return { kind: 'wrong', problem: `file needs the name of a file, found '${text}'` }
    case 'setup':
    case 'setup-ts':
      return { kind: 'setup', language: 'ts', text }
    case 'setup-sql':
      return { kind: 'setup', language: 'sql', text }
    case 'setup-sh':
      return { kind: 'setup', language: 'sh', text }
    default:
      return { kind: 'wrong', problem: `expected no-run, no-check, exit, file or setup, found '${word}'` }
  }
}
