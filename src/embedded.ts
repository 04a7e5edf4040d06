/** A PostgreSQL server of your own from a folder, for tables of yours beside a store's: for development, demos and tests. */
export { type EmbeddedServer, type EmbeddedServerOptions, openEmbeddedServer } from './postgres/embedded/server.ts'
