import type { Payload } from '../options.ts'

/**
 * The content of a data or metadata column for somebody to look at: pieces of it, which the server cuts, so that large ones do not
 * come as a whole.
 */

/** SQL of the whole content: text, or bytes where it is stored as such. Evaluated once where it stands in a subquery of its own. */
export function wholeOf(payload: Payload, column: string): string {
  return payload === 'bytea' ? column : `${column}::text`
}

/** SQL of the first characters of a whole content (of bytes, at least so many characters of UTF-8), as `contentText` takes them. */
export function startOf(payload: Payload, whole: string, characters: number): string {
  if (payload !== 'bytea') return `left(${whole}, ${characters})`
  return `encode(substring(${whole} FROM 1 FOR ${characters * LONGEST_CHARACTER}), 'hex')`
}

/** The text of a piece from the start: JSON as it is stored; bytes that are no text as `\x` and hexadecimal digits. */
export function contentText(payload: Payload, piece: string, characters: number): string {
  if (payload !== 'bytea') return piece
  const bytes = Buffer.from(piece, 'hex')
  try {
    // As a stream: the piece may end within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return firstCharacters(text, characters)
  } catch {
    return firstCharacters(`\\x${piece}`, characters)
  }
}

/** The text up to so many characters, none of them cut in half. */
export function firstCharacters(text: string, characters: number): string {
  if (text.length <= characters) return text
  let end = 0
  for (let count = 0; count < characters && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}

/** Bytes of the longest character in UTF-8. */
const LONGEST_CHARACTER = 4
