/**
 * Clients for `withClient` made of other drivers' transactions. A client of `pg` needs none: `store.withClient(client)`.
 *
 * @module pg-event-store/adapters
 */
export { type DrizzleSql, type DrizzleTransaction, drizzleClient } from './drizzle.ts'
export { type KnexTransaction, knexClient } from './knex.ts'
export { type KyselyTransaction, kyselyClient } from './kysely.ts'
export { type PostgresJsTransaction, postgresJsClient } from './postgres-js.ts'
