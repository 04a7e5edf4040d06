import type { CommandDefinition, LocalCommandDefinition } from './command.ts'
import { admin } from './commands/admin.ts'
import { append } from './commands/append.ts'
import { bench } from './commands/bench.ts'
import { completion } from './commands/completion.ts'
import { create } from './commands/create.ts'
import { deleteStream } from './commands/delete.ts'
import { doctor } from './commands/doctor.ts'
import { drop } from './commands/drop.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { importElixirCommand } from './commands/import-elixir.ts'
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
export const COMMAND_GROUPS: Readonly<Record<string, readonly (CommandDefinition | LocalCommandDefinition)[]>> = {
  'Streams:': [streams, stream, read, tail, append, link, deleteStream],
  'Subscriptions and snapshots:': [subscriptions, subscriptionReset, subscriptionDelete, snapshots, snapshot],
  'Operations:': [stats, doctor, exportCommand, importCommand, importElixirCommand, bench, admin],
  'Schema:': [setup, create, init, migrate, migrations, reset, drop],
  'Other:': [completion],
}
