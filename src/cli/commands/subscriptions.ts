import type { SubscriptionRow } from '../../operations/shown.ts'
import { readSubscriptionRows } from '../../operations/subscription-rows.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import type { ListStyle } from '../output.ts'
import { withStore } from '../store.ts'

/** `eventstore subscriptions`. */
export const subscriptions: CommandDefinition = {
  usage: 'subscriptions',
  description: 'list the subscriptions, how far they lag behind, and which session holds them',
  examples: ['subscriptions', 'subscriptions --json'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  return withStore(context, async ({ operations }) => {
    const rows = await readSubscriptionRows(operations)
    // As the library tells it: a checkpoint that is ahead of its stream is for the doctor.
    const found = rows.map((row) => ({ ...row, lag: Math.max(row.lag, 0) }))
    context.output.list(found, SUBSCRIPTIONS)
    return 0
  })
}

const SUBSCRIPTIONS: ListStyle<SubscriptionRow> = {
  columns: [
    { title: 'STREAM', of: ({ stream }) => stream },
    { title: 'NAME', of: ({ name }) => name },
    { title: 'CHECKPOINT', align: 'right', of: ({ checkpoint }) => checkpoint.toLocaleString('en') },
    { title: 'LAG', align: 'right', of: ({ lag }) => lag.toLocaleString('en') },
    { title: 'HELD BY', of: ({ holder }) => holder ?? 'nobody' },
    { title: 'UPDATED', optional: true, of: ({ updatedAt }) => updatedAt },
  ],
  facts: (subscription) => ({ ...subscription, active: subscription.holder !== null }),
  empty: 'No subscriptions.',
}
