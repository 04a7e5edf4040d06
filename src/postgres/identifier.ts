/** The name as a quoted SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The text as it stands between the quotes of an SQL string literal. */
export function escapeLiteral(text: string): string {
  return text.replaceAll("'", "''")
}

/** The text as an SQL string literal, whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const escaped = escapeLiteral(text)
  return escaped.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`
}
