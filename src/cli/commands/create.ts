import { createDatabase } from '../../migrations/index.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { type Target, withTarget } from '../target.ts'

/** `eventstore create`. */
export const create: CommandDefinition = {
  usage: 'create',
  description: 'create the database',
  examples: ['create --url postgres://localhost/shop'],
  handler: handle,
}

/** Creates the database. */
async function handle(context: CommandContext): Promise<ExitCode> {
  return withTarget(context.settings, context.signal, async (target) => {
    await createTargetDatabase(context, target)
    return 0
  })
}

/** Creates the database unless there is one, and says so. */
export async function createTargetDatabase({ command, output }: CommandContext, target: Target): Promise<void> {
  const created = await createDatabase(target.options)
  output.report(created ? `Created ${target.databaseText}.` : `Nothing to do: ${target.databaseText} exists already.`, {
    command,
    ...target.facts,
    created,
  })
}
