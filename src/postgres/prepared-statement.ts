import { createHash } from 'node:crypto'
import type { Statement } from './executor.ts'

/** A statement, given the values of its parameters and what its text is made of. */
export type PreparedStatement<Key extends readonly string[]> = (values: unknown[], ...key: Key) => Statement

/** Statements by what their texts are made of, word by word: a key in one string would have to be put together for every look-up. */
interface Branch {
  readonly branches: Map<string, Branch>
  statement?: { readonly name: string; readonly text: string }
}

/**
 * A statement that is worth preparing, as it runs often: its text is made once for each key, and the server parses it once for
 * each connection, where that can be. The name is a hash of the text: wherever the name is known, it means the same.
 */
export function preparedStatement<Key extends readonly string[]>(
  textOf: (...key: Key) => string,
): PreparedStatement<Key> {
  const root: Branch = { branches: new Map() }
  return (values, ...key) => {
    let branch = root
    for (const word of key) branch = branch.branches.get(word) ?? grow(branch, word)
    branch.statement ??= named(textOf(...key))
    const { name, text } = branch.statement
    return { name, text, values }
  }
}

function grow({ branches }: Branch, word: string): Branch {
  const branch: Branch = { branches: new Map() }
  branches.set(word, branch)
  return branch
}

function named(text: string) {
  return { name: `eventstore_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text }
}
