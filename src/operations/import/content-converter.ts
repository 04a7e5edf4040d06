import type { Payload, Serializer } from '../../options.ts'
import { Codec, type Content } from '../../serialization/payload.ts'
import { ImportRefusedError } from './import-refused.ts'
import type { RecordContent } from './records.ts'

/** Content that is to be stored as it is. */
const AS_IT_IS: Serializer = { serialize: (value) => value as Content, deserialize: (content) => content }
/** Characters of a text that may be more bytes than a store takes. */
const LONG_TEXT = 16 * 1024 * 1024

/** Makes of data of any payload what the columns of a store hold: JSON stays as it is written, also where the columns hold bytes. */
export class ContentConverter {
  readonly #codec: Codec

  constructor(payload: Payload) {
    this.#codec = new Codec(payload, AS_IT_IS)
  }

  /** Throws ImportRefusedError, for the record of this index, for what the column cannot hold. */
  convert(content: RecordContent, field: 'data' | 'metadata', index: number): Content {
    // Whether it is JSON that the column can hold, the database looks anyhow, and its refusal is about the record, too.
    if ('json' in content && content.json.length <= LONG_TEXT) return content.json
    const encoded = this.#codec.encode('json' in content ? content.json : content.bytes)
    if (!encoded.problem) return encoded.content
    throw new ImportRefusedError(`${field} ${encoded.problem.message}${'bytes' in content ? ADVICE : ''}`, { index })
  }
}

const ADVICE = '. Import into a schema for bytes: `eventstore init --payload bytea --schema NAME`'
