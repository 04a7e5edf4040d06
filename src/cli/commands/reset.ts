import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { createTargetDatabase } from './create.ts'
import { dropTarget, withConfirmedTarget } from './drop.ts'
import { initializeSchema } from './init.ts'

/** Drops what `drop` drops, and creates it anew. */
export async function reset(context: CommandContext): Promise<ExitCode> {
  return withConfirmedTarget(context, async (target) => {
    await dropTarget(context, target)
    if (context.flags.database) await createTargetDatabase(context, target)
    await initializeSchema(context, target)
    return 0
  })
}
