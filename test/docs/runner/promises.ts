/** What a page says that a line prints. */
export interface PrintedPromise {
  readonly line: number
  /** The block that it stands in. */
  readonly block: number
  readonly text: string
}

/** The last comment of a line of code, without an arrow. */
const COMMENT = /\s\/\/\s+(?:=>\s*)?((?:(?!\s\/\/\s).)+)$/

/**
 * A line of code as it is run, and what it promises to print: `console.log(1 + 1) // 2`. What it prints is told, and
 * `postgres://localhost/shop`, the database that pages connect to, is replaced by the program's own.
 */
export function watchLine(text: string, line: number): { readonly text: string; readonly promise: string | undefined } {
  const replaced = text.replaceAll(/(['"])postgres:\/\/localhost\/shop\1/g, () => '$docs.url')
  const promise = COMMENT.exec(replaced)?.[1]?.trim()
  if (promise === undefined || !replaced.includes('console.log(')) return { text: replaced, promise: undefined }
  return { text: replaced.replace('console.log(', () => `$docs.console(${line}).log(`), promise }
}

/** How what was printed differs from what was promised: `…` stands for anything, and several prints have commas between. */
export function disagreement(
  { line, text }: PrintedPromise,
  printed: ReadonlyMap<number, readonly string[]>,
): string | undefined {
  const found = onOneLine((printed.get(line) ?? []).join(', '))
  const pattern = onOneLine(text).split('…').map(escapeRegExp).join('.*')
  if (new RegExp(`^${pattern}$`).test(found)) return undefined
  return `line ${line} promises to print ${JSON.stringify(text)}, and printed ${JSON.stringify(found)}`
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
