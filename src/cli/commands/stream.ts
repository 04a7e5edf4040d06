import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withStore } from '../store.ts'
import { STREAMS } from './streams.ts'

/** `eventstore stream`. */
export const stream: CommandDefinition = {
  usage: 'stream <name>',
  description: 'describe a stream',
  examples: ['stream order-1', "stream '$all' --json"],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const [name = ''] = context.operands
  return withStore(context, async ({ store }) => {
    context.output.list([await store.getStream(name)], STREAMS)
    return 0
  })
}
