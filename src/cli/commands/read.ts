import type { CommandContext, CommandDefinition } from '../command.ts'
import { eventLine } from '../event-line.ts'
import type { ExitCode } from '../failure.ts'
import { integerOf } from '../numbers.ts'
import { readEvenly } from '../read-evenly.ts'
import { PATIENCE, TO_THE_LETTER, withStore } from '../store.ts'

/** `eventstore read`. */
export const read: CommandDefinition = {
  usage: 'read <stream>',
  description: 'print the events of a stream, an event a line',
  flags: (command) =>
    command
      .option('--from <n>', 'the first event number, itself included')
      .option('--limit <n>', 'the most events')
      .option('--backwards', 'from the last to the first'),
  examples: ['read order-1', "read '$all' --from 1000 --limit 20", "read '$all' --backwards --limit 5 --json"],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output, signal } = context
  const [name = ''] = context.operands
  const from = integerOf(flags.from, '--from', 1)
  const limit = integerOf(flags.limit, '--limit', 0)
  return withStore(
    context,
    async ({ store }) => {
      const events = readEvenly(store, name, {
        direction: flags.backwards ? 'backwards' : 'forwards',
        ...(from !== undefined && { from }),
        ...(limit !== undefined && { limit }),
        timeout: PATIENCE,
        signal,
      })
      let count = 0
      for await (const event of events) {
        await output.line(eventLine(event, name, output), { ...event })
        count++
      }
      if (count === 0 && limit !== 0) output.note(from === undefined ? 'No events.' : `No events from ${from} on.`)
      return 0
    },
    TO_THE_LETTER,
  )
}
