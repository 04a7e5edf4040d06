import type { CommandContext, CommandDefinition } from '../command.ts'
import { destructive } from '../destructive.ts'
import type { ExitCode } from '../failure.ts'
import { createTargetDatabase } from './create.ts'
import { dropTarget, withConfirmedTarget } from './drop.ts'
import { initializeSchema } from './init.ts'

/** `eventstore reset`. */
export const reset: CommandDefinition = {
  usage: 'reset',
  description: 'drop the schema with all its events, and create it anew',
  flags: destructive,
  examples: ['reset', 'reset --yes', 'reset --database --yes'],
  handler: handle,
}

/** Drops what `drop` drops, and creates it anew. */
async function handle(context: CommandContext): Promise<ExitCode> {
  return withConfirmedTarget(context, async (target) => {
    await dropTarget(context, target)
    if (context.flags.database) await createTargetDatabase(context, target)
    await initializeSchema(context, target)
    return 0
  })
}
