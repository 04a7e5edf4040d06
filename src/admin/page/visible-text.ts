/** A stretch of text to show: as it is, or as an escape for what cannot be seen or would change what stands around it. */
export interface TextPart {
  readonly text: string
  readonly escaped: boolean
}

/**
 * What moves, reverses or hides text: control characters, halves of surrogate pairs, separators of lines and paragraphs, and all that
 * Unicode says is to be ignored: marks and overrides of the direction of writing, characters without a width, selectors and tags.
 */
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u202a-\u202e\ufff9-\ufffb]+/gu

/** Parts that are told apart; the rest of a text that has more of them is one. */
const MOST_PARTS = 100

/** Splits text, cut to so many UTF-16 units, into what is shown as it is and what is shown as escapes. */
export function visibleParts(text: string, limit = Number.POSITIVE_INFINITY): readonly TextPart[] {
  const shown = cut(text, limit)
  const parts: TextPart[] = []
  let from = 0
  for (const { 0: hidden, index } of shown.matchAll(HIDDEN)) {
    if (parts.length >= MOST_PARTS) break
    if (index > from) parts.push({ text: shown.slice(from, index), escaped: false })
    parts.push({ text: escapesOf(hidden), escaped: true })
    from = index + hidden.length
  }
  if (from < shown.length) parts.push({ text: shown.slice(from).replace(HIDDEN, escapesOf), escaped: false })
  return parts
}

/** The same as one string, for titles and labels. */
export function visibleText(text: string, limit = 200): string {
  const shown = cut(text, limit).replace(HIDDEN, escapesOf)
  return text.length > limit ? `${shown}…` : shown
}

/** Whether text holds something that is shown as an escape. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const code = text.charCodeAt(limit - 1)
  const splitsPair = code >= 0xd800 && code <= 0xdbff
  return text.slice(0, splitsPair ? limit - 1 : limit)
}

function escapesOf(characters: string): string {
  return [...characters].map(escapeOf).join('')
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}
