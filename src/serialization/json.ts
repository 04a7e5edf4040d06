import type { Serializer } from '../options.ts'

const decoder = new TextDecoder()

/** The default: `JSON.stringify` and `JSON.parse`. */
export const json: Serializer = {
  serialize: (value) => JSON.stringify(value),
  deserialize: (content) => JSON.parse(typeof content === 'string' ? content : decoder.decode(content)),
}
