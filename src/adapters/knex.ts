import type { Queryable } from '../options.ts'

/** The part of Knex's `Transaction` that is needed. */
export interface KnexTransaction {
  /** Whether it was committed or rolled back. */
  isCompleted(): boolean
  /** Gives the transaction's connection. */
  readonly client: { acquireConnection(): Promise<Queryable> }
}

/**
 * The client of a Knex transaction on `pg`. Its statements go to the transaction's connection as they are: `trx.raw` would take
 * every `?` for a binding. So Knex's events do not tell of them.
 *
 * @throws ConnectionError from the store's operations, once the transaction was committed or rolled back
 * @example
 * await knex.transaction(async (trx) => {
 *   await trx('stock').where({ product }).decrement('items')
 *   await store.withClient(knexClient(trx)).append(`order-${id}`, event, { expectedVersion: 'no-stream' })
 * })
 */
export function knexClient(trx: KnexTransaction): Queryable {
  return {
    async query(query) {
      const connection = await trx.client.acquireConnection()
      // By now the connection may be in somebody else's transaction.
      if (trx.isCompleted()) throw new Error('the Knex transaction was committed or rolled back already')
      return connection.query(query)
    },
  }
}
