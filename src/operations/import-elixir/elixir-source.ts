import { DatabaseError } from '../../errors.ts'
import { connectionSource } from '../../postgres/connection-source.ts'
import { Database } from '../../postgres/database.ts'
import type { Query } from '../../postgres/executor.ts'
import { quoteIdentifier } from '../../postgres/identifier.ts'
import type { Session } from '../../postgres/session.ts'
import { sqlStateOf, translateError } from '../../postgres/sqlstate.ts'
import { KINDS, type Kind } from '../export/format.ts'
import type { StoreRecord } from '../import/records.ts'
import { BEGIN_ONE_MOMENT } from '../one-moment.ts'
import { type ElixirFacts, readElixirFacts } from './elixir-facts.ts'
import { type ElixirDecoder, toRecords } from './elixir-records.ts'
import { elixirRows } from './elixir-rows.ts'
import { ElixirSourceError } from './elixir-source-error.ts'

const INSUFFICIENT_PRIVILEGE = '42501'

/** Milliseconds for a page: the first one of snapshots has to sort. */
const TIMEOUT = 600_000
/** Rows of the first page, and of any. */
const FIRST_ROWS = 200
const MOST_ROWS = 5_000
/** About how many bytes of data and metadata a page may have. */
const PAGE_BYTES = 8 * 1024 * 1024

export interface ElixirSourceOptions {
  readonly connectionString: string
  readonly schemaName: string
  readonly decoder?: ElixirDecoder | undefined
  /** Ends it: reading rejects with the signal's reason. */
  readonly signal: AbortSignal
}

/** An EventStore of Elixir's as it is at one moment, however long it is read and whatever is written meanwhile. */
export interface ElixirSource extends AsyncDisposable {
  readonly facts: ElixirFacts
  /** All that it holds, as records of this store, in their order, a page of one kind at a time. May be read again. */
  records(): AsyncGenerator<readonly StoreRecord[]>
}

/** Opens a source, of which nothing is changed. Throws ElixirSourceError for what is none. */
export async function openElixirSource(options: ElixirSourceOptions): Promise<ElixirSource> {
  const { connectionString, schemaName, decoder, signal } = options
  signal.throwIfAborted()
  const database = new Database(connectionSource({ connectionString, poolSize: 1 }, () => {}))
  let session: Session | undefined
  const abort = () => void session?.close()
  const close = async () => {
    signal.removeEventListener('abort', abort)
    await session?.close()
    await database.close()
  }
  signal.addEventListener('abort', abort)
  try {
    const opened = await database.openSession('import-elixir')
    session = opened
    const query: Query = (statement) => opened.query(statement, TIMEOUT)
    for (const text of BEGIN_ONE_MOMENT) await query({ text })
    const schema = quoteIdentifier(schemaName)
    const facts = await readElixirFacts(query, schemaName, schema)
    const statements = elixirRows(schema, facts)
    return {
      facts,
      records: () => readRecords(query, statements, decoder, signal),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw signal.aborted ? signal.reason : sourceError(error)
  }
}

/** What failed was the source: the user has named two databases. */
function sourceError(error: unknown): Error {
  const translated = translateError(error)
  if (translated instanceof ElixirSourceError) return translated
  const { cause } = translated
  const reason =
    translated instanceof DatabaseError && cause instanceof Error ? `${cause.message}.` : translated.message
  const advice =
    sqlStateOf(error) === INSUFFICIENT_PRIVILEGE ? ' Its role needs USAGE on the schema and SELECT on the tables.' : ''
  return new ElixirSourceError(`The source cannot be read: ${reason}${advice}`, { cause: error })
}

async function* readRecords(
  query: Query,
  statements: Readonly<Record<Kind, string>>,
  decoder: ElixirDecoder | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly StoreRecord[]> {
  // Each kind has rows and a way to make records of them; here any of them will do.
  const convert = toRecords(decoder) as Readonly<Record<Kind, (row: object) => Promise<StoreRecord | undefined>>>
  try {
    for (const kind of KINDS) {
      for await (const rows of readPages(query, statements[kind])) {
        const records = await Promise.all(rows.map((row) => convert[kind](row)))
        const there = records.filter((record) => record !== undefined)
        if (there.length > 0) yield there
      }
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}

type Row = Readonly<Record<string, string | Uint8Array | null>>

async function* readPages(query: Query, statement: string): AsyncGenerator<readonly Row[]> {
  await query({ text: `DECLARE records NO SCROLL CURSOR FOR ${statement}` })
  for (let limit = FIRST_ROWS; ; ) {
    const rows = await query<Row>({ text: `FETCH ${limit} FROM records` })
    if (rows.length === 0) break
    yield rows
    limit = rowsOfNextPage(rows)
  }
  await query({ text: 'CLOSE records' })
}

/** As many as probably have the bytes of a page. */
function rowsOfNextPage(rows: readonly Row[]): number {
  const bytes = rows.reduce((sum, { data, metadata }) => sum + (data?.length ?? 0) + (metadata?.length ?? 0), 1)
  return Math.max(1, Math.min(MOST_ROWS, Math.floor((PAGE_BYTES / bytes) * rows.length), rows.length * 4))
}
