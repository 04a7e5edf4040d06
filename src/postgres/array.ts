/** A PostgreSQL array of text, as a literal. */
export function textArray(values: readonly (string | null)[]): string {
  let literal = ''
  for (const value of values) literal += literal === '' ? quoteElement(value) : `,${quoteElement(value)}`
  return `{${literal}}`
}

/** A PostgreSQL array of numbers, UUIDs or times, which need no quotes, as a literal. */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

/** The elements of an array of numbers or single words that the server sent. */
export function parsePlainArray(literal: string): (string | null)[] {
  if (literal === '{}') return []
  return literal
    .slice(1, -1)
    .split(',')
    .map((element) => (element === 'NULL' ? null : element))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON writes in another way than PostgreSQL reads.
const CONTROL_CHARACTER = /[\u0000-\u001f]/

/** JSON escapes quotes and backslashes as PostgreSQL reads them, and is the fastest to do so. */
function quoteElement(value: string | null): string {
  if (value === null) return 'NULL'
  return CONTROL_CHARACTER.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : JSON.stringify(value)
}
