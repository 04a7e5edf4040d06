import { resetSubscription } from '../../operations/reset-subscription.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { type ExitCode, RefusedError, UsageError } from '../failure.ts'
import { integerOf } from '../numbers.ts'
import { withStore } from '../store.ts'

/** `eventstore subscription reset`. */
export const subscriptionReset: CommandDefinition = {
  usage: 'subscription reset <stream> <name>',
  description: 'set the checkpoint: what comes after it is delivered (again)',
  flags: (command) => command.option('--to <n>', 'the event number to go on after, 0 for the beginning; required'),
  examples: ["subscription reset '$all' mailer --to 0"],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const [stream = '', name = ''] = context.operands
  const to = integerOf(context.flags.to, '--to', 0)
  if (to === undefined) throw new UsageError('--to is missing: the event number to go on after, 0 for the beginning.')
  return withStore(context, async ({ operations }) => {
    const result = await resetSubscription(operations, stream, name, to)
    switch (result.outcome) {
      case 'missing':
        throw new RefusedError(
          'SUBSCRIPTION_NOT_FOUND',
          `${stream} has no subscription ${name}: \`eventstore subscriptions\` lists them.`,
        )
      case 'ahead':
        throw new RefusedError(
          'CHECKPOINT_AHEAD',
          `${stream} ends at ${result.head}: a checkpoint of ${to} would be past its end. Nothing was changed.`,
        )
      case 'reset':
        context.output.report(`Subscription ${name} to ${stream} goes on after ${to}; it stood at ${result.before}.`, {
          command: 'subscription reset',
          stream,
          name,
          checkpoint: to,
          before: result.before,
        })
        return 0
      default:
        return result satisfies never
    }
  })
}
