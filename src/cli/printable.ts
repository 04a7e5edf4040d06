/**
 * What moves the cursor, changes the colours or the direction of writing, or cannot be seen: names and data must not do that to a
 * terminal, nor pass for others. What joins the parts of a picture or of a word may stay.
 */
const HARMFUL =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u202a-\u202e\u2066-\u2069\ufff9-\ufffb](?<!\u200c|\u200d|\ufe0e|\ufe0f)/gu

/** A line with everything that a terminal would act upon as an escape that can be read. */
export function printable(text: string): string {
  return text.replace(HARMFUL, escapesOf)
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** As JSON writes it: a character beyond the first 65,536 takes two escapes. */
function escapesOf(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
