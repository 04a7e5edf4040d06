import { listMigrations } from '../../migrations/index.ts'
import type { CommandContext } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withTarget } from '../target.ts'

/** Lists all migrations; fails while one is pending. */
export async function migrations({ command, output, settings, signal }: CommandContext): Promise<ExitCode> {
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
