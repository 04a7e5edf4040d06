import { listMigrations } from '../../migrations/index.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { printable } from '../printable.ts'
import { cut } from '../table.ts'
import { withTarget } from '../target.ts'

/** `eventstore migrations`. */
export const migrations: CommandDefinition = {
  usage: 'migrations',
  description: 'list the migrations of the schema; exit with 1 if one is pending',
  examples: ['migrations', 'migrations || eventstore migrate'],
  handler: handle,
}

const GAP = '  '

/** Lists all migrations; fails while one is pending. */
async function handle({ command, output, settings, signal }: CommandContext): Promise<ExitCode> {
  return withTarget(settings, signal, async ({ options, facts, schemaText }) => {
    const found = await listMigrations(options)
    for (const { name, appliedAt } of found) {
      const time = appliedAt?.toISOString() ?? null
      const state = time === null ? 'pending' : 'applied'
      const what = time === null ? printable(name) : `${printable(name)}  ${time}`
      const shown = output.isTerminal ? cut(what, output.width - state.length - GAP.length) : what
      output.show(output.paint(time === null ? 'yellow' : 'green', state) + GAP + shown, {
        command,
        ...facts,
        schema: options.schema,
        name,
        state,
        appliedAt: time,
      })
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
