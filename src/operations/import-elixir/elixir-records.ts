import type { RecordContent, StoreRecord } from '../import/records.ts'
import type { ElixirContent, ElixirRows } from './elixir-rows.ts'

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

/** How rows become records. Without a decoder data and metadata stay as they are. */
export function toRecords(decoder?: ElixirDecoder): ToRecord {
  const contents = async (row: { readonly data: ElixirContent; readonly metadata: ElixirContent }, type: string) => ({
    data: await contentOf(row.data, { type, part: 'data' }, decoder),
    metadata: await contentOf(row.metadata, { type, part: 'metadata' }, decoder),
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
            ...(await contents(row, row.type)),
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
      ...(await contents(row, row.type)),
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
  decoder: ElixirDecoder | undefined,
): Promise<RecordContent> {
  if (content === null) return { json: context.part === 'metadata' ? '{}' : 'null' }
  if (typeof content === 'string') return { json: content }
  if (!decoder) return { bytes: content }
  const json: unknown = JSON.stringify(await decoder(content, context))
  if (typeof json === 'string') return { json }
  throw new TypeError(
    `the decoder must return a value that JSON can hold, found ${typeof json} for ${context.part} of a ${context.type}`,
  )
}
