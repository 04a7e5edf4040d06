import { parsePlainArray, textArray } from '../../postgres/array.ts'
import { quoteLiteral } from '../../postgres/identifier.ts'
import { ImportRefusedError } from './import-refused.ts'

/** The streams of a batch, in their order: ids (NULL: there is none), and versions of their last event or link. */
export interface PlacesRow {
  readonly ids: string
  readonly versions: string
}

interface InStream {
  readonly stream: string
  readonly streamVersion: number
}

/** Where the records of a batch go: the streams that they name, looked up once each. */
export class Places {
  readonly #records: readonly InStream[]
  readonly #indexes = new Map<string, number>()

  constructor(records: readonly InStream[]) {
    this.#records = records
    for (const { stream } of records) {
      if (!this.#indexes.has(stream)) this.#indexes.set(stream, this.#indexes.size)
    }
  }

  /** A statement with one row, a `PlacesRow`. Each stream is looked up by itself: there may be millions. */
  statement(schema: string, table: 'events' | 'links'): string {
    return `
      SELECT array_agg(s.stream_id ORDER BY n.number)::text AS ids,
        array_agg(COALESCE(s.version, 0) ORDER BY n.number)::text AS versions
      FROM unnest(${quoteLiteral(textArray([...this.#indexes.keys()]))}::text[]) WITH ORDINALITY AS n (name, number)
      LEFT JOIN LATERAL (
        SELECT s.stream_id, (
          SELECT t.stream_version FROM ${schema}.${table} t
          WHERE t.stream_id = s.stream_id ORDER BY t.stream_version DESC LIMIT 1) AS version
        FROM ${schema}.streams s
        WHERE s.stream_name = n.name AND s.stream_id > 0
        OFFSET 0
      ) s ON true`
  }

  /** The id of each record's stream. Throws ImportRefusedError for a stream that is missing, and a version that does not come next. */
  streamIds({ ids, versions }: PlacesRow): readonly number[] {
    const streamIds = parsePlainArray(ids)
    const last = parsePlainArray(versions).map(Number)
    return this.#records.map(({ stream, streamVersion }, index) => {
      const at = this.#indexes.get(stream) as number
      const id = streamIds[at]
      if (id == null) {
        throw new ImportRefusedError(`expected a record of stream ${JSON.stringify(stream)} before, found none`, {
          index,
        })
      }
      const version = last[at] as number
      if (streamVersion <= version) {
        throw new ImportRefusedError(
          `expected a version after ${version} of stream ${JSON.stringify(stream)}, found ${streamVersion}`,
          { index },
        )
      }
      last[at] = streamVersion
      return Number(id)
    })
  }
}
