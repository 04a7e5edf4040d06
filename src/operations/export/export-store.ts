import { StreamNotFoundError } from '../../errors.ts'
import { checkSchemaState, readSchemaState } from '../../migrations/schema-state.ts'
import type { Payload } from '../../options.ts'
import { connectionSource } from '../../postgres/connection-source.ts'
import type { CopiedRows } from '../../postgres/copy-out.ts'
import { Database } from '../../postgres/database.ts'
import type { Statement } from '../../postgres/executor.ts'
import { quoteIdentifier } from '../../postgres/identifier.ts'
import type { Session } from '../../postgres/session.ts'
import { translateError } from '../../postgres/sqlstate.ts'
import { BEGIN_ONE_MOMENT } from '../one-moment.ts'
import { type Counts, countsWith, FORMAT, type Header, KINDS, type Kind, LONGEST_LINE, NO_COUNTS } from './format.ts'
import { LINES, timeText } from './lines.ts'

const LINE_FEED = 0x0a
/** Milliseconds for each statement but the copying itself, which takes as long as whoever takes the lines. */
const TIMEOUT = 60_000

export interface ExportOptions {
  readonly connectionString: string
  readonly schemaName: string
  /** Only these streams. @default all of the store */
  readonly streams?: readonly string[] | undefined
  /** Ends it: iterating rejects with the signal's reason. */
  readonly signal: AbortSignal
}

/** A piece of an export: whole lines. */
interface ExportPiece {
  readonly bytes: Uint8Array
  /** How many records of each kind there were up to here. */
  readonly counts: Counts
  /** The position up to which all events are in it; in the end, the head. */
  readonly position: number
  /** The last position that the store has given to an event. */
  readonly head: number
}

/**
 * Exports a store, or some of its streams, as lines of JSON: the store at one moment, however long it takes and whatever is written
 * meanwhile. What is not taken yet waits on the server. The records are described where the format is.
 */
export async function* exportStore(options: ExportOptions): AsyncGenerator<ExportPiece> {
  const { connectionString, schemaName, streams, signal } = options
  signal.throwIfAborted()
  const database = new Database(connectionSource({ connectionString, poolSize: 1 }, () => {}))
  let session: Session | undefined
  const abort = () => void session?.close()
  signal.addEventListener('abort', abort)
  try {
    session = await openSession(database)
    signal.throwIfAborted()
    const schema = quoteIdentifier(schemaName)
    const header = await begin(session, schemaName, schema, streams)
    let [counts, position] = [NO_COUNTS, 0]
    const piece = (bytes: Uint8Array): ExportPiece => ({ bytes, counts, position, head: header.head })
    yield piece(lineOf(header))
    for (const kind of KINDS) {
      const text = `COPY (${LINES[kind]({ schema, payload: header.payload, streams })}) TO STDOUT (FORMAT binary)`
      for await (const copied of session.copyOut(text)) {
        checkLength(copied, kind)
        counts = countsWith(counts, kind, copied.rows)
        if (kind === 'event') position = lastPosition(copied.bytes)
        yield piece(copied.bytes)
      }
      if (kind === 'event') position = header.head
    }
    yield piece(lineOf({ record: 'end', ...counts }))
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', abort)
    await session?.close()
    await database.close()
  }
}

async function openSession(database: Database): Promise<Session> {
  try {
    return await database.openSession('export')
  } catch (error) {
    throw translateError(error)
  }
}

/** Begins a transaction that sees one moment of the store, and reads what the header says. */
async function begin(
  session: Session,
  schemaName: string,
  schema: string,
  streams: readonly string[] | undefined,
): Promise<Header & { readonly payload: Payload }> {
  const run = <Row>(statement: Statement) => session.query<Row>(statement, TIMEOUT)
  for (const text of BEGIN_ONE_MOMENT) await run({ text })
  const state = await readSchemaState(run, schemaName)
  const payload = state.payload ?? 'json'
  checkSchemaState(state, { schema: schemaName, payload })
  for (const stream of streams ?? []) {
    const found = await run({
      text: `SELECT FROM ${schema}.streams s WHERE s.stream_name = $1::text AND s.stream_id > 0`,
      values: [stream],
    })
    if (found.length === 0) throw new StreamNotFoundError(stream)
  }
  const [row] = await run<{ head: string; now: string }>({
    text: `
      SELECT v.stream_version::text AS head, ${timeText('now()')} AS now
      FROM ${schema}.stream_versions v
      WHERE v.stream_id = 0`,
  })
  return {
    record: 'header',
    format: FORMAT.name,
    version: FORMAT.version,
    kind: streams ? 'part' : 'whole',
    ...(streams && { streams }),
    payload,
    schemaVersion: state.migrations.at(-1)?.name ?? '',
    head: Number(row?.head),
    exportedAt: row?.now ?? '',
  }
}

/** The position of the last of these lines. */
function lastPosition(lines: Buffer): number {
  const start = lines.lastIndexOf(LINE_FEED, -2) + 1
  return Number(/"position":(\d+)/.exec(lines.toString('latin1', start, start + 100))?.[1])
}

function lineOf(record: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(record)}\n`)
}

/** What an import would refuse must not be found out when the store is gone. */
function checkLength({ rows, bytes }: CopiedRows, kind: Kind): void {
  if (rows > 1 || bytes.length <= LONGEST_LINE) return
  throw new RangeError(
    `A record (${kind}) takes ${bytes.length.toLocaleString('en')} bytes, more than the ${LONGEST_LINE.toLocaleString('en')} ` +
      'that an import takes. It was not stored by this library, which stores up to 64 MB; copy the store with pg_dump.',
  )
}
