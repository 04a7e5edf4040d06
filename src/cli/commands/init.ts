import { listMigrations, migrate } from '../../migrations/index.ts'
import { checkSchemaState } from '../../migrations/schema-state.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { type Target, withTarget } from '../target.ts'

/** `eventstore init`. */
export const init: CommandDefinition = {
  usage: 'init',
  description: 'create the schema and its tables in a database that exists',
  examples: ['init', 'init --schema orders --payload jsonb'],
  handler: handle,
}

/** Creates the schema with its tables. */
async function handle(context: CommandContext): Promise<ExitCode> {
  return withTarget(context.settings, context.signal, async (target) => {
    await initializeSchema(context, target)
    return 0
  })
}

/**
 * Creates the schema with its tables unless it has them, and says so. One of another version or payload is left alone, and
 * reported as an error: what asked for it could not work with it.
 */
export async function initializeSchema({ command, output }: CommandContext, target: Target): Promise<void> {
  const { schema, payload } = target.options
  const found = await listMigrations(target.options)
  if (found.some(({ appliedAt }) => appliedAt)) checkSchemaState({ migrations: found, payload }, { schema, payload })
  const initialized = (await migrate(target.options)).length > 0
  output.report(
    initialized
      ? `Initialized ${target.schemaText}, with payload ${payload}.`
      : `Nothing to do: ${target.schemaText} is initialized already.`,
    { command, ...target.facts, schema, payload, initialized },
  )
}
