import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { withStore } from '../store.ts'

/** `eventstore subscription delete`. */
export const subscriptionDelete: CommandDefinition = {
  usage: 'subscription delete <stream> <name>',
  description: 'forget the checkpoint, and end whoever holds the subscription',
  examples: ["subscription delete '$all' mailer"],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const [stream = '', name = ''] = context.operands
  return withStore(context, async ({ store }) => {
    const existed = (await store.listSubscriptions()).some((each) => each.stream === stream && each.name === name)
    await store.deleteSubscription(stream, name)
    context.output.report(
      existed ? `Deleted subscription ${name} to ${stream}.` : `Nothing to do: ${stream} has no subscription ${name}.`,
      { command: 'subscription delete', stream, name, deleted: existed },
    )
    return 0
  })
}
