import type { Payload } from '../../options.ts'
import { append } from './append.ts'
import { deletion } from './delete.ts'
import { link } from './link.ts'
import { reserve } from './reserve.ts'
import { tables } from './tables.ts'

/** The tables, and the functions by which everything is written. */
export function initial(schema: string, payload: Payload): string {
  return [tables(schema, payload), reserve(schema), append(schema, payload), link(schema), deletion(schema)].join('\n')
}
