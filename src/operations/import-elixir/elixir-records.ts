import type { RecordContent, StoreRecord } from '../import/records.ts'
import type { ElixirContent, ElixirRows } from './elixir-rows.ts'
import { ElixirSourceError } from './elixir-source-error.ts'

/** Whose content is decoded. */
interface ContentContext {
  readonly type: string
  readonly part: 'data' | 'metadata'
}

/** Makes JSON of data or metadata that are in another form: the default export of a decoder module. */
export type ElixirDecoder = (content: Uint8Array, context: ContentContext) => unknown

/** What a row is in this store; undefined for a place whose event is gone. */
export type ToRecord = {
  readonly [Each in keyof ElixirRows]: (
    row: ElixirRows[Each],
  ) => Promise<StoreRecord | undefined> | StoreRecord | undefined
}

type ContentRow = { readonly data: ElixirContent; readonly metadata: ElixirContent; readonly type: string }

/** How rows become records. Without a decoder data and metadata stay as they are. */
export function toRecords(decoder?: ElixirDecoder): ToRecord {
  const contents = async ({ data, metadata, type }: ContentRow, what: string) => ({
    data: await contentOf(data, { type, part: 'data' }, what, decoder),
    metadata: await contentOf(metadata, { type, part: 'metadata' }, what, decoder),
  })
  return {
    stream: (row) => ({ record: 'stream', name: row.name, createdAt: row.created, deletedAt: row.deleted }),
    event: async (row) =>
      row.stream === null || row.id === null
        ? undefined
        : {
            record: 'event',
            position: Number(row.key),
            stream: row.stream,
            streamVersion: Number(row.version),
            id: row.id,
            type: row.type,
            causationId: row.causation,
            correlationId: row.correlation,
            createdAt: row.created,
            ...(await contents(row, `event ${row.id} at position ${row.key}`)),
          },
    link: (row) => ({
      record: 'link',
      stream: row.stream,
      streamVersion: Number(row.version),
      position: Number(row.position),
    }),
    version: (row) => ({ record: 'version', stream: row.stream, version: Number(row.version) }),
    snapshot: async (row) => ({
      record: 'snapshot',
      sourceId: row.key,
      sourceVersion: Number(row.version),
      sourceType: row.type,
      createdAt: row.created,
      ...(await contents(row, `the snapshot of ${JSON.stringify(row.key)}`)),
    }),
    subscription: (row) => ({
      record: 'subscription',
      stream: row.stream,
      name: row.name,
      checkpoint: Number(row.checkpoint),
      createdAt: row.created,
      updatedAt: row.created,
    }),
  }
}

/** Metadata may be missing there; here, what has none has an empty object. */
async function contentOf(
  content: ElixirContent,
  context: ContentContext,
  what: string,
  decoder: ElixirDecoder | undefined,
): Promise<RecordContent> {
  const found =
    decoder && content instanceof Uint8Array ? await decode(content, context, what, decoder) : asItIs(content)
  if (context.part === 'data') return found
  const text = 'json' in found ? found.json : shortText(found.bytes)
  return text.trim() === NULL ? { json: '{}' } : found
}

function asItIs(content: ElixirContent): RecordContent {
  if (content === null) return { json: NULL }
  return typeof content === 'string' ? { json: content } : { bytes: content }
}

async function decode(
  content: Uint8Array,
  context: ContentContext,
  what: string,
  decoder: ElixirDecoder,
): Promise<RecordContent> {
  const where = `the ${context.part} of ${what}, of type ${JSON.stringify(context.type)}`
  let json: unknown
  try {
    json = JSON.stringify(await decoder(content, context))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ElixirSourceError(`The decoder failed for ${where}: ${reason}`, { cause })
  }
  if (typeof json === 'string') return { json }
  throw new ElixirSourceError(`The decoder returned ${json} for ${where}. Expected what JSON can hold.`)
}

/** What serializers of JSON make of metadata that nobody has given. */
const NULL = 'null'

/** The text of bytes that may be no more than that word. */
function shortText(bytes: Uint8Array): string {
  return bytes.length > NULL.length * 2 ? '' : Buffer.from(bytes).toString()
}
