import stringWidth from 'string-width'
import { beginningOf } from './table.ts'

/** The words of a text in lines of so many columns of a terminal. A word that is longer than a line is broken. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => broken(each, width))) {
    if (line === '') line = word
    else if (stringWidth(line) + 1 + stringWidth(word) <= width) line += ` ${word}`
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

/** The same for a text of several lines; as it is without a width. */
export function wrapLines(text: string, width: number | undefined): string {
  if (!width) return text
  return text
    .split('\n')
    .flatMap((line) => wrap(line, width))
    .join('\n')
}

/** Pieces of a word that fit a line each. */
function broken(word: string, width: number): readonly string[] {
  const pieces: string[] = []
  let rest = word
  while (stringWidth(rest) > width) {
    const piece = beginningOf(rest, width)
    if (piece === '') break // a single character is wider than the line
    pieces.push(piece)
    rest = rest.slice(piece.length)
  }
  return [...pieces, rest]
}
