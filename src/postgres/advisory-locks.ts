import { escapeLiteral } from './identifier.ts'

/** SQL for the oid that the advisory locks of a schema's store have for their first key, which `pg_locks` calls `classid`. */
export function lockClass(schema: string): string {
  return `'${escapeLiteral(schema)}.migrations'::regclass::oid`
}
