import type { SubscriptionInfo } from '../../results.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import type { ListStyle } from '../output.ts'
import { withStore } from '../store.ts'

/** `eventstore subscriptions`. */
export const subscriptions: CommandDefinition = {
  usage: 'subscriptions',
  description: 'list the subscriptions, how far they lag behind, and whether a process holds them',
  examples: ['subscriptions', 'subscriptions --json'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  return withStore(context, async ({ store }) => {
    context.output.list(await store.listSubscriptions(), SUBSCRIPTIONS)
    return 0
  })
}

const SUBSCRIPTIONS: ListStyle<SubscriptionInfo> = {
  columns: [
    { title: 'STREAM', of: ({ stream }) => stream },
    { title: 'NAME', of: ({ name }) => name },
    { title: 'CHECKPOINT', align: 'right', of: ({ checkpoint }) => checkpoint.toLocaleString('en') },
    { title: 'LAG', align: 'right', of: ({ lag }) => lag.toLocaleString('en') },
    { title: 'HELD', of: ({ active }) => (active ? 'yes' : 'no') },
    { title: 'UPDATED', optional: true, of: ({ updatedAt }) => updatedAt.toISOString() },
  ],
  facts: (subscription) => ({ ...subscription }),
  empty: 'No subscriptions.',
}
