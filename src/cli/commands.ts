import type { CommandDefinition } from './command.ts'
import { append } from './commands/append.ts'
import { create } from './commands/create.ts'
import { deleteStream } from './commands/delete.ts'
import { drop } from './commands/drop.ts'
import { init } from './commands/init.ts'
import { link } from './commands/link.ts'
import { migrate } from './commands/migrate.ts'
import { migrations } from './commands/migrations.ts'
import { read } from './commands/read.ts'
import { reset } from './commands/reset.ts'
import { setup } from './commands/setup.ts'
import { snapshot } from './commands/snapshot.ts'
import { snapshots } from './commands/snapshots.ts'
import { stats } from './commands/stats.ts'
import { stream } from './commands/stream.ts'
import { streams } from './commands/streams.ts'
import { subscriptionDelete } from './commands/subscription-delete.ts'
import { subscriptionReset } from './commands/subscription-reset.ts'
import { subscriptions } from './commands/subscriptions.ts'
import { tail } from './commands/tail.ts'

/** All commands, in the order and under the headings of the help. */
export const COMMAND_GROUPS: Readonly<Record<string, readonly CommandDefinition[]>> = {
  'Streams:': [streams, stream, read, tail, append, link, deleteStream],
  'Subscriptions and snapshots:': [subscriptions, subscriptionReset, subscriptionDelete, snapshots, snapshot],
  'Operations:': [stats],
  'Schema:': [setup, create, init, migrate, migrations, reset, drop],
}
