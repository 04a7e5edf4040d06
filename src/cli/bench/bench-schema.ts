import { randomBytes } from 'node:crypto'
import { dropSchema, listMigrations, type MigrationOptions, migrate } from '../../migrations/index.ts'
import { BENCH_SCHEMA } from '../../operations/doctor/leftovers.ts'

/** Works in a schema that was not there before and is not there afterwards, whatever happens in between. */
export async function withBenchSchema<Result>(
  options: Required<MigrationOptions>,
  work: (schema: string) => Promise<Result>,
): Promise<Result> {
  const schema = BENCH_SCHEMA + randomBytes(6).toString('hex')
  const own = { ...options, schema }
  // Nobody else has this name; and if anybody had, nothing of his would be dropped.
  if ((await listMigrations(own)).some(({ appliedAt }) => appliedAt !== null)) {
    throw new Error(`Schema ${schema} exists already: nothing was measured. Try again.`)
  }
  await migrate(own)
  try {
    return await work(schema)
  } finally {
    await dropSchema(own)
  }
}
