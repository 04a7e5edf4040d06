/** The text of each field's value in the text of a JSON object, to the letter; undefined when a field comes twice. */
export function fieldTexts(text: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>()
  let at = afterSpace(text, afterSpace(text, 0) + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = afterString(text, at)
    const key = keyOf(text.slice(at, keyEnd))
    const start = afterSpace(text, afterSpace(text, keyEnd) + 1)
    const end = afterValue(text, start)
    if (fields.has(key)) return undefined
    fields.set(key, text.slice(start, end))
    at = afterSpace(text, end)
    if (text.charCodeAt(at) !== COMMA) break
    at = afterSpace(text, at + 1)
  }
  return fields
}

/** Without a backslash it is what stands between the quotes. */
function keyOf(text: string): string {
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d
const SPACE = 0x20

/** Where the value ends that begins here. The text is known to be JSON, so that brackets need only be counted. */
function afterValue(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = afterString(text, at)
      if (depth === 0) return at
      continue
    }
    if (code === OPENING_BRACE || code === OPENING_BRACKET) depth++
    else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
      if (depth === 0) return at // a number or a word ends with the object that it is in
      depth--
      if (depth === 0) return at + 1
    } else if (depth === 0 && (code === COMMA || code <= SPACE)) return at
    at++
  }
  return at
}

/** Where the string ends that begins here. */
function afterString(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const quote = text.indexOf('"', from)
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote + 1
    from = quote + 1
  }
}

function afterSpace(text: string, start: number): number {
  let at = start
  while (text.charCodeAt(at) <= SPACE) at++
  return at
}
