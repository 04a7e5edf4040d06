import { advice, allOr, type Judgement, ok, warning } from './finding.ts'
import type { Place } from './place.ts'
import { count, duration, size, some, sqlName } from './words.ts'

/** One table of the store, as PostgreSQL's statistics know it. */
export interface TableFacts {
  readonly name: string
  readonly live: number
  readonly dead: number
  /** Milliseconds since it was vacuumed; null when never. */
  readonly vacuumed: number | null
  readonly analyzed: boolean
  /** False where autovacuum is turned off for it. */
  readonly autovacuum: boolean
}

/** One index on columns of fixed width. */
interface IndexFacts {
  readonly name: string
  readonly bytes: number
  /** Rows of its table. */
  readonly entries: number
}

export interface BloatFacts {
  readonly schema: string
  readonly tables: readonly TableFacts[]
  readonly indexes: readonly IndexFacts[]
  /** Transactions since the oldest rows of the database were frozen. */
  readonly transactionAge: number
}

const MANY_DEAD = 10_000
const SHARE_DEAD = 0.2
const LARGE_TABLE = 100_000
const LARGE_INDEX = 20_000_000
/** Bytes of an index for each row: 22 to 45 where it is tight, twice that after pages have split in the middle. */
const LOOSE = 120
const OLD_TRANSACTIONS = 1_000_000_000

export async function readBloat({ query, schemaName }: Place): Promise<BloatFacts> {
  const values = [schemaName]
  const tables = await query<Record<string, string | null>>({
    text: `
      SELECT c.relname::text AS name, s.n_live_tup::text AS live, s.n_dead_tup::text AS dead,
        (date_part('epoch', clock_timestamp() - GREATEST(s.last_vacuum, s.last_autovacuum)) * 1000::float8)::text AS vacuumed,
        (COALESCE(s.last_analyze, s.last_autoanalyze) IS NOT NULL)::text AS analyzed,
        (NOT COALESCE('autovacuum_enabled=false' = ANY (c.reloptions) OR 'autovacuum_enabled=off' = ANY (c.reloptions), false))::text
          AS autovacuum
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_stat_all_tables s ON s.relid = c.oid
      WHERE n.nspname = $1::text AND c.relkind = 'r'
      ORDER BY c.relname`,
    values,
  })
  const indexes = await query<{ name: string; bytes: string; entries: string }>({
    text: `
      SELECT x.relname::text AS name, pg_relation_size(x.oid)::text AS bytes, GREATEST(c.reltuples, s.n_live_tup::float4)::text AS entries
      FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_stat_all_tables s ON s.relid = c.oid
      WHERE n.nspname = $1::text AND c.relname IN ('events', 'links')
      ORDER BY x.relname`,
    values,
  })
  const [database] = await query<{ age: string }>({
    text: 'SELECT age(d.datfrozenxid)::text AS age FROM pg_database d WHERE d.datname = current_database()',
  })
  return {
    schema: schemaName,
    tables: tables.map((row) => ({
      name: row.name ?? '',
      live: Number(row.live),
      dead: Number(row.dead),
      vacuumed: row.vacuumed == null ? null : Number(row.vacuumed),
      analyzed: row.analyzed === 'true',
      autovacuum: row.autovacuum === 'true',
    })),
    indexes: indexes.map(({ name, bytes, entries }) => ({ name, bytes: Number(bytes), entries: Number(entries) })),
    transactionAge: Number(database?.age),
  }
}

export function judgeBloat(facts: BloatFacts): readonly Judgement[] {
  const tables = facts.tables.flatMap((table) => [judgeDead(facts, table), judgeAnalyzed(facts, table)])
  return allOr(
    [judgeTurnedOff(facts), ...tables, ...facts.indexes.map((index) => judgeIndex(facts, index)), judgeAge(facts)],
    ok('Tables and indexes are tight, and vacuumed as they need it.'),
  )
}

function judgeTurnedOff({ schema, tables }: BloatFacts): Judgement | undefined {
  const off = tables.filter(({ autovacuum }) => !autovacuum).map(({ name }) => name)
  if (off.length === 0) return undefined
  return warning(
    `Autovacuum is turned off for ${some(off)}.`,
    `Turn it on: ALTER TABLE ${sqlName(schema)}.${off[0]} RESET (autovacuum_enabled).`,
  )
}

function judgeDead({ schema }: BloatFacts, { name, live, dead, vacuumed }: TableFacts): Judgement | undefined {
  if (dead < MANY_DEAD || dead < (live + dead) * SHARE_DEAD) return undefined
  const when = vacuumed === null ? 'was never vacuumed' : `was vacuumed ${duration(vacuumed)} ago`
  return warning(
    `Table ${name} has ${count(dead)} dead rows beside ${count(live)} living, and ${when}.`,
    `VACUUM ${sqlName(schema)}.${name}, and see what keeps autovacuum from it: a long transaction, perhaps.`,
  )
}

function judgeAnalyzed({ schema }: BloatFacts, { name, live, analyzed }: TableFacts): Judgement | undefined {
  if (analyzed || live < LARGE_TABLE) return undefined
  return advice(
    `Table ${name} has ${count(live)} rows, and was never analyzed.`,
    `ANALYZE ${sqlName(schema)}.${name}, as after every restore.`,
  )
}

function judgeIndex({ schema }: BloatFacts, { name, bytes, entries }: IndexFacts): Judgement | undefined {
  if (bytes < LARGE_INDEX || entries < 0 || bytes < entries * LOOSE) return undefined
  return advice(
    `Index ${name} takes ${size(bytes)} for ${count(entries)} rows.`,
    `Build it anew, while the store works: REINDEX INDEX CONCURRENTLY ${sqlName(schema)}.${sqlName(name)}.`,
  )
}

function judgeAge({ transactionAge }: BloatFacts): Judgement | undefined {
  if (transactionAge < OLD_TRANSACTIONS) return undefined
  return warning(
    `${count(transactionAge)} transactions have passed since the oldest rows of the database were frozen; at 2,000,000,000 it stops.`,
    'VACUUM FREEZE the database, and find out what has kept autovacuum from it.',
  )
}
