import { createHash } from 'node:crypto'
import type { Statement } from './executor.ts'

/** A statement, given the values of its parameters and what its text is made of. */
export type PreparedStatement<Key extends readonly string[]> = (values: unknown[], ...key: Key) => Statement

/**
 * A statement that is worth preparing, as it runs often: its text is made once for each key, and the server parses it once for
 * each connection, where that can be. The name is a hash of the text: wherever the name is known, it means the same.
 */
export function preparedStatement<Key extends readonly string[]>(
  textOf: (...key: Key) => string,
): PreparedStatement<Key> {
  const statements = new Map<string, { readonly name: string; readonly text: string }>()
  return (values, ...key) => {
    const id = key.join('\0')
    let statement = statements.get(id)
    if (!statement) {
      const text = textOf(...key)
      statement = { name: `eventstore_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text }
      statements.set(id, statement)
    }
    return { ...statement, values }
  }
}
