/**
 * The rows with their columns named as in the statement, in snake case: drivers can be told to rename all columns
 * (`transform: postgres.camel`, `pascal` and `kebab`).
 */
export function inSnakeCase(rows: unknown[]): unknown[] {
  const names = Object.keys(rows[0] ?? {})
  if (names.every((name) => name === snakeCase(name))) return rows
  return (rows as Record<string, unknown>[]).map((row) =>
    Object.fromEntries(names.map((name) => [snakeCase(name), row[name]])),
  )
}

function snakeCase(name: string): string {
  return name
    .replaceAll('-', '_')
    .replaceAll(/(?<=.)[A-Z]/g, '_$&')
    .toLowerCase()
}
