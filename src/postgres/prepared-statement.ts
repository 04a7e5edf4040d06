import { createHash } from 'node:crypto'
import type { Statement } from './executor.ts'

/** A statement of a schema, given the values of its parameters. */
export type PreparedStatement = (schema: string, values: unknown[]) => Statement

/**
 * A statement that is worth preparing, as it runs often: its text is made once for each schema, and the server parses it once for
 * each connection, where that can be. The name is a hash of the text: wherever the name is known, it means the same.
 */
export function preparedStatement(textOf: (schema: string) => string): PreparedStatement {
  const statements = new Map<string, { readonly name: string; readonly text: string }>()
  return (schema, values) => {
    let statement = statements.get(schema)
    if (!statement) {
      const text = textOf(schema)
      statement = { name: `eventstore_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text }
      statements.set(schema, statement)
    }
    return { ...statement, values }
  }
}
