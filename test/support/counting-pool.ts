import { Pool } from 'pg'
import type { QueryablePool } from '../../src/index.ts'

/** A pool of the tests' own that remembers the text of every statement. */
export interface CountingPool extends QueryablePool, AsyncDisposable {
  readonly statements: string[]
  /** How many statements match. */
  count(pattern: RegExp): number
}

export interface CountingPoolOptions {
  /** Statements that fail instead of being run. */
  readonly refuse?: RegExp
  /** Whether its clients show the connection that a COPY needs. @default true */
  readonly copies?: boolean
}

export function countingPool(connectionString: string, options: CountingPoolOptions = {}): CountingPool {
  const pool = new Pool({ connectionString, max: 5 })
  const statements: string[] = []
  return {
    statements,
    count: (pattern) => statements.filter((text) => pattern.test(text)).length,
    query: (query) => pool.query(query),
    async connect() {
      const client = await pool.connect()
      return new Proxy(client, {
        get(target, property) {
          if (property === 'connection' && options.copies === false) return undefined
          const value: unknown = Reflect.get(target, property)
          if (typeof value !== 'function') return value
          if (property !== 'query') return value.bind(target)
          return (query: { readonly text: string }, ...rest: readonly unknown[]) => {
            statements.push(query.text)
            if (options.refuse?.test(query.text)) return Promise.reject(new Error('refused by the test'))
            return Reflect.apply(value, target, [query, ...rest])
          }
        },
      })
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}
