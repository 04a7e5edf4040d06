import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withTarget } from '../target.ts'
import { createTargetDatabase } from './create.ts'
import { initializeSchema } from './init.ts'

/** Creates what is missing of database, schema and tables. */
export async function setup(context: CommandContext): Promise<ExitCode> {
  return withTarget(context.settings, context.signal, async (target) => {
    await createTargetDatabase(context, target)
    await initializeSchema(context, target)
    return 0
  })
}
