import { listSnapshots, type SnapshotInfo } from '../../operations/list-snapshots.ts'
import { formatBytes } from '../bytes.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { integerOf } from '../numbers.ts'
import type { ListStyle } from '../output.ts'
import { withStore } from '../store.ts'

/** `eventstore snapshots`. */
export const snapshots: CommandDefinition = {
  usage: 'snapshots',
  description: 'list the snapshots, a page at a time',
  flags: (command) =>
    command
      .option('--search <text>', 'only those whose source id contains this text')
      .option('--page <n>', 'which page, 1 by default')
      .option('--page-size <n>', 'snapshots of a page, 50 by default'),
  examples: ['snapshots', 'snapshots --search order --json'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context
  const page = integerOf(flags.page, '--page', 1) ?? 1
  const pageSize = integerOf(flags.pageSize, '--page-size', 1) ?? 50
  return withStore(context, async ({ operations }) => {
    const { items, totalItems } = await listSnapshots(operations, { search: flags.search ?? '', page, pageSize })
    output.list(items, SNAPSHOTS)
    if (totalItems > pageSize) {
      output.note(`Page ${page} of ${Math.ceil(totalItems / pageSize)}, ${totalItems.toLocaleString('en')} snapshots.`)
    }
    return 0
  })
}

const SNAPSHOTS: ListStyle<SnapshotInfo> = {
  columns: [
    { title: 'SOURCE', of: ({ sourceId }) => sourceId },
    { title: 'TYPE', of: ({ sourceType }) => sourceType },
    { title: 'VERSION', align: 'right', of: ({ sourceVersion }) => sourceVersion.toLocaleString('en') },
    { title: 'SIZE', align: 'right', of: ({ bytes }) => formatBytes(bytes) },
    { title: 'CREATED', of: ({ createdAt }) => createdAt.toISOString() },
  ],
  facts: (snapshot) => ({ ...snapshot }),
  empty: 'No snapshots.',
}
