const STRUCTURAL = /["{}[\],:\s]/

/**
 * JSON text with its parts on lines of their own, and nothing of them changed: parsing it would change large numbers and repeated
 * names. The text may end anywhere, as it does when only its beginning was read. Ends after `most` characters.
 */
export function indentJson(text: string, most: number): string {
  let result = ''
  let depth = 0
  let index = 0
  const line = () => `\n${'  '.repeat(Math.max(depth, 0))}`
  while (index < text.length && result.length < most) {
    const character = text[index] ?? ''
    if (character === '"') {
      const end = endOfString(text, index)
      result += text.slice(index, end)
      index = end
      continue
    }
    index++
    if (character === '{' || character === '[') {
      const next = nextVisible(text, index)
      if (text[next] === '}' || text[next] === ']') {
        result += character + text[next]
        index = next + 1
      } else {
        depth++
        result += character + line()
      }
    } else if (character === '}' || character === ']') {
      depth--
      result += line() + character
    } else if (character === ',') {
      result += character + line()
    } else if (character === ':') {
      result += ': '
    } else if (character.trim() !== '') {
      const end = endOfWord(text, index)
      result += text.slice(index - 1, end)
      index = end
    }
  }
  return result.length > most ? wellFormed(result.slice(0, most)) : result
}

/** Behind the quotes that end the string, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === '"') return index + 1
  }
  return text.length
}

function endOfWord(text: string, start: number): number {
  let end = start
  while (end < text.length && !STRUCTURAL.test(text[end] ?? '')) end++
  return end
}

function nextVisible(text: string, start: number): number {
  let index = start
  while (index < text.length && text[index]?.trim() === '') index++
  return index
}

/** Without half of a surrogate pair at its end. */
function wellFormed(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
