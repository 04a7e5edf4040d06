import { listMigrations } from '../../migrations/index.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withTarget } from '../target.ts'

/** `eventstore migrations`. */
export const migrations: CommandDefinition = {
  usage: 'migrations',
  description: 'list the migrations of the schema; exit with 1 if one is pending',
  examples: ['migrations', 'migrations || eventstore migrate'],
  handler: handle,
}

/** Lists all migrations; fails while one is pending. */
async function handle({ command, output, settings, signal }: CommandContext): Promise<ExitCode> {
  return withTarget(settings, signal, async ({ options, facts, schemaText }) => {
    const found = await listMigrations(options)
    for (const { name, appliedAt } of found) {
      const time = appliedAt?.toISOString() ?? null
      output.report(
        time === null
          ? `${output.paint('yellow', 'pending')}  ${name}`
          : `${output.paint('green', 'applied')}  ${name}  ${time}`,
        {
          command,
          ...facts,
          schema: options.schema,
          name,
          state: time === null ? 'pending' : 'applied',
          appliedAt: time,
        },
      )
    }
    const pending = found.filter(({ appliedAt }) => appliedAt === null).length
    output.note(
      pending === 0
        ? `Nothing is pending for ${schemaText}.`
        : `${pending} of ${found.length} migrations pending for ${schemaText}: run \`eventstore migrate\`.`,
    )
    return pending === 0 ? 0 : 1
  })
}
