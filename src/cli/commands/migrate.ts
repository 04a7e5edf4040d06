import { migrate as runMigrations } from '../../migrations/index.ts'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withTarget } from '../target.ts'

/** Runs what is pending, on a schema that may be missing. */
export async function migrate({ command, output, settings, signal }: CommandContext): Promise<ExitCode> {
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
