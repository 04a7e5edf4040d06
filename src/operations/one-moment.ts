/**
 * Begins a transaction that sees one moment of a database, however long it is read, and changes nothing. Names that the SQL does not
 * qualify are PostgreSQL's own. Rows come along the indexes that give them their order, and so at once; no time-out ends what takes as
 * long as whoever takes the rows.
 */
export const BEGIN_ONE_MOMENT = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  'SET LOCAL search_path = pg_catalog, pg_temp',
  'SET LOCAL enable_seqscan = off',
  'SET LOCAL enable_bitmapscan = off',
  'SET LOCAL enable_sort = off',
  'SET LOCAL enable_hashjoin = off',
  'SET LOCAL jit = off',
  `SELECT set_config(name, '0', true) FROM pg_settings
   WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
]
