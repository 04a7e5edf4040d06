import type { Queryable } from '../options.ts'

/** The part of Kysely's `Transaction` that is needed. */
export interface KyselyTransaction {
  /** Tells a transaction from a whole database, which is refused when it compiles. */
  readonly isTransaction: true
  /** The same transaction without the plugins that rename columns. */
  withoutPlugins(): { executeQuery(query: CompiledQuery): Promise<{ rows: unknown[] }> }
}

/** What Kysely's `CompiledQuery.raw` makes. */
interface CompiledQuery {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly query: {
    readonly kind: 'RawNode'
    readonly sqlFragments: readonly string[]
    readonly parameters: readonly never[]
  }
  readonly queryId: { readonly queryId: string }
}

/**
 * The client of a Kysely transaction, also of a controlled one, with whatever plugins.
 *
 * @example
 * await db.transaction().execute(async (trx) => {
 *   await trx.updateTable('stock').set({ items: 3 }).where('product', '=', product).execute()
 *   await store.withClient(kyselyClient(trx)).append(`order-${id}`, event, { expectedVersion: 'no-stream' })
 * })
 */
export function kyselyClient(trx: KyselyTransaction): Queryable {
  // CamelCasePlugin would rename the columns.
  const executor = trx.withoutPlugins()
  return {
    query: ({ text, values = [] }) =>
      executor.executeQuery({
        sql: text,
        parameters: values,
        query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
        queryId: { queryId: 'pg-event-store' },
      }),
  }
}
