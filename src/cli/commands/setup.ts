import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withTarget } from '../target.ts'
import { createTargetDatabase } from './create.ts'
import { initializeSchema } from './init.ts'

/** `eventstore setup`. */
export const setup: CommandDefinition = {
  usage: 'setup',
  description: 'create what is missing: the database, the schema, its tables',
  examples: ['setup --url postgres://localhost/shop', 'setup --embedded ./data'],
  handler: handle,
}

/** Creates what is missing of database, schema and tables. */
async function handle(context: CommandContext): Promise<ExitCode> {
  return withTarget(context.settings, context.signal, async (target) => {
    await createTargetDatabase(context, target)
    await initializeSchema(context, target)
    return 0
  })
}
