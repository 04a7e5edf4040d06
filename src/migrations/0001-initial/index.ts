import type { Payload } from '../../options.ts'
import { appendAndLink } from './append-and-link.ts'
import { deletion } from './delete.ts'
import { reserve } from './reserve.ts'
import { tables } from './tables.ts'

/** The tables, and the functions by which everything is written. */
export function initial(schema: string, payload: Payload): string {
  return [tables(schema, payload), reserve(schema), appendAndLink(schema, payload), deletion(schema)].join('\n')
}
