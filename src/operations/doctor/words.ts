const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** Milliseconds as people say them: `12 s`, `3 h`. */
export function duration(milliseconds: number): string {
  for (const [unit, size] of UNITS) if (milliseconds >= size) return `${Math.floor(milliseconds / size)} ${unit}`
  return `${Math.round(milliseconds)} ms`
}

/** A number of bytes as people say it: `128 MB`. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e3)} kB`
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

/** So many things: `1 event`, `2 events`. */
export function many(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`
}

/** A name as it may stand in SQL, in quotes only where it needs them. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** The first few of many. */
export function some(names: readonly string[], most = 5): string {
  const rest = names.length - most
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${count(rest)} more` : names.join(', ')
}
