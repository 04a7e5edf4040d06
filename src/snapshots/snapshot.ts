import { InvalidEventError } from '../errors.ts'
import type { Metadata } from '../events.ts'
import { checkTimeout, type OperationOptions } from '../options.ts'
import type { Executor } from '../postgres/executor.ts'
import { isContentRefused } from '../postgres/sqlstate.ts'
import { type Codec, type Content, encodeContent } from '../serialization/payload.ts'
import { checkDate, checkInteger, checkName, checkOptions, describeKind } from '../util/arguments.ts'
import { Deadline } from '../util/deadline.ts'

/** The state of something at a version, kept so that it need not be computed from all of its events. */
export interface Snapshot<Data = unknown> {
  /** Whose state it is, usually a stream's name: 1 to 1,000 bytes of text. One snapshot is kept for each. */
  readonly sourceId: string
  /** The version up to which events are in it; read on after it. */
  readonly sourceVersion: number
  /** What kind of thing it is, so that a change of its form can be told: 1 to 1,000 bytes of text. */
  readonly sourceType: string
  /** The state: anything that the serializer takes, up to 64 MB. */
  readonly data: Data
  /** What is known besides. @default {} */
  readonly metadata?: Metadata
  /** When it was taken. @default now, by the clock of this process */
  readonly createdAt?: Date
}

/** What snapshots need of their store: its schema as a quoted identifier, and its codec. */
export interface SnapshotContext {
  readonly schema: string
  readonly codec: Codec
}

interface SnapshotRow {
  readonly source_version: string
  readonly source_type: string
  readonly data: string
  readonly metadata: string
  readonly created_at: string
}

/** Replaces what was recorded for the source, older or newer, `createdAt` included. */
export async function recordSnapshot(
  { schema, codec }: SnapshotContext,
  executor: Executor,
  snapshot: Snapshot,
  options?: OperationOptions,
): Promise<void> {
  const deadline = deadlineOf(options, 'recordSnapshot')
  const values = snapshotValues(codec, snapshot)
  const stored = { json: '::text::json', jsonb: '::text::jsonb', bytea: '' }[codec.payload]
  const content = (parameter: string) => (stored ? `${parameter}${stored}` : `decode(${parameter}::text, 'hex')`)
  const text = `
    INSERT INTO ${schema}.snapshots (source_id, source_version, source_type, data, metadata, created_at)
    VALUES ($1::text, $2::text::int8, $3::text, ${content('$4')}, ${content('$5')}, $6::text::timestamptz)
    ON CONFLICT (source_id) DO UPDATE
    SET source_version = EXCLUDED.source_version, source_type = EXCLUDED.source_type, data = EXCLUDED.data,
      metadata = EXCLUDED.metadata, created_at = EXCLUDED.created_at`
  try {
    await executor.write({ text, values }, deadline)
  } catch (error) {
    if (!isContentRefused(error)) throw error
    throw new InvalidEventError('A snapshot', [{ message: error.message }], { cause: error.cause })
  }
}

/** Resolves to undefined when none is recorded. */
export async function readSnapshot<Data>(
  { schema, codec }: SnapshotContext,
  executor: Executor,
  sourceId: string,
  options?: OperationOptions,
): Promise<Snapshot<Data> | undefined> {
  const deadline = deadlineOf(options, 'readSnapshot')
  const content = (column: string) => (codec.payload === 'bytea' ? `encode(${column}, 'hex')` : `${column}::text`)
  const [row] = await executor.query<SnapshotRow>(
    {
      text: `
        SELECT source_version::text, source_type, ${content('data')} AS data, ${content('metadata')} AS metadata,
          round(date_part('epoch', created_at) * 1000::float8)::int8::text AS created_at
        FROM ${schema}.snapshots
        WHERE source_id = $1::text`,
      values: [checkSourceId(sourceId)],
    },
    deadline,
  )
  if (!row) return undefined
  return {
    sourceId,
    sourceVersion: Number(row.source_version),
    sourceType: row.source_type,
    data: codec.decode(row.data, row.source_type) as Data,
    metadata: codec.decode(row.metadata, row.source_type) as Metadata,
    createdAt: new Date(Number(row.created_at)),
  }
}

/** Resolves also when there is none. */
export async function deleteSnapshot(
  { schema }: SnapshotContext,
  executor: Executor,
  sourceId: string,
  options?: OperationOptions,
): Promise<void> {
  const deadline = deadlineOf(options, 'deleteSnapshot')
  await executor.write(
    { text: `DELETE FROM ${schema}.snapshots WHERE source_id = $1::text`, values: [checkSourceId(sourceId)] },
    deadline,
  )
}

function snapshotValues(codec: Codec, snapshot: Snapshot): unknown[] {
  if (typeof snapshot !== 'object' || snapshot === null) {
    throw new TypeError(`snapshot must be an object, found ${describeKind(snapshot)}`)
  }
  const { sourceVersion, sourceType, data, metadata = {}, createdAt = new Date() } = snapshot
  const sourceId = checkSourceId(snapshot.sourceId)
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new TypeError(`metadata must be an object, found ${describeKind(metadata)}`)
  }
  const what = `Snapshot of ${JSON.stringify(sourceId)}`
  return [
    sourceId,
    String(checkInteger(sourceVersion, 'sourceVersion', 0)),
    checkName(sourceType, 'sourceType'),
    contentText(
      codec,
      encodeContent(codec, data, 'data', () => what),
    ),
    contentText(
      codec,
      encodeContent(codec, metadata, 'metadata', () => what),
    ),
    checkDate(createdAt, 'createdAt').toISOString(),
  ]
}

/** JSON, or for `bytea` hexadecimal digits. */
function contentText({ payload }: Codec, content: Content): string {
  return payload === 'bytea' ? Buffer.from(content as string).toString('hex') : content.toString()
}

function deadlineOf(options: OperationOptions | undefined, operation: string): Deadline {
  return new Deadline(checkTimeout(checkOptions(options, operation, ['timeout']).timeout))
}

function checkSourceId(sourceId: unknown): string {
  return checkName(sourceId, 'sourceId')
}
