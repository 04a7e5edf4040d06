import { dropDatabase, dropSchema } from '../../migrations/index.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { checkConfirmable, confirm } from '../confirm.ts'
import { destructive } from '../destructive.ts'
import type { ExitCode } from '../failure.ts'
import { isMissingDatabase, type Target, withTarget } from '../target.ts'

/** `eventstore drop`. */
export const drop: CommandDefinition = {
  usage: 'drop',
  description: 'drop the schema with all its events',
  flags: destructive,
  examples: ['drop', 'drop --schema orders --yes', 'drop --database'],
  handler: handle,
}

/** Drops the schema, or with `--database` the database. */
async function handle(context: CommandContext): Promise<ExitCode> {
  return withConfirmedTarget(context, async (target) => {
    await dropTarget(context, target)
    return 0
  })
}

/** Like `withTarget`, once the user has agreed to the loss. When nobody can, not even an embedded server is started. */
export async function withConfirmedTarget(
  { command, flags, settings, terminal, signal }: CommandContext,
  work: (target: Target) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { yes = false, database = false } = flags
  checkConfirmable(command, yes, terminal)
  return withTarget(settings, signal, async (target) => {
    if (!yes) await confirm(terminal, database ? lossOfDatabase(target) : lossOfSchema(target))
    return work(target)
  })
}

/** Drops the schema, or with `--database` the database, and says so; also when there is none. */
export async function dropTarget({ command, flags, output }: CommandContext, target: Target): Promise<void> {
  if (flags.database) {
    const dropped = await dropDatabase(target.options)
    output.report(dropped ? `Dropped ${target.databaseText}.` : `Nothing to do: there is no ${target.databaseText}.`, {
      command,
      ...target.facts,
      dropped,
    })
  } else {
    const dropped = await dropSchemaIfAny(target)
    output.report(
      dropped
        ? `Dropped ${target.schemaText}, with all its events.`
        : `Nothing to do: there is no ${target.schemaText}.`,
      { command, ...target.facts, schema: target.options.schema, dropped },
    )
  }
}

async function dropSchemaIfAny({ options }: Target): Promise<boolean> {
  try {
    return await dropSchema(options)
  } catch (error) {
    if (isMissingDatabase(error)) return false
    throw error
  }
}

function lossOfSchema({ schemaText, options }: Target) {
  return { consequence: `This drops ${schemaText}, with all its events.`, what: 'schema', name: options.schema }
}

function lossOfDatabase({ databaseText, facts }: Target) {
  return { consequence: `This drops ${databaseText}, with all that is in it.`, what: 'database', name: facts.database }
}
