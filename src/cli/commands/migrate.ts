import { migrate as runMigrations } from '../../migrations/index.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withTarget } from '../target.ts'

/** `eventstore migrate`. */
export const migrate: CommandDefinition = {
  usage: 'migrate',
  description: 'bring the schema up to date with this version of pg-event-store',
  examples: ['migrate', 'migrate --schema orders --json'],
  handler: handle,
}

/** Runs what is pending, on a schema that may be missing. */
async function handle({ command, output, settings, signal }: CommandContext): Promise<ExitCode> {
  return withTarget(settings, signal, async ({ options, facts, schemaText }) => {
    const applied = (await runMigrations(options)).map(({ name }) => name)
    output.report(
      applied.length > 0
        ? `Applied ${applied.join(', ')} to ${schemaText}.`
        : `Nothing to do: ${schemaText} is up to date.`,
      { command, ...facts, schema: options.schema, applied },
    )
    return 0
  })
}
