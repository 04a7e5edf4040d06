import { listSnapshots, type SnapshotInfo } from '../../operations/list-snapshots.ts'
import { formatBytes } from '../bytes.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import type { ListStyle } from '../output.ts'
import { paged, pagingOf, showPage } from '../paging.ts'
import { withStore } from '../store.ts'

/** `eventstore snapshots`. */
export const snapshots: CommandDefinition = {
  usage: 'snapshots',
  description: 'list the snapshots, a page at a time',
  flags: (command) =>
    paged(command.option('--search <text>', 'only those whose source id contains this text'), 'snapshots'),
  examples: ['snapshots', 'snapshots --search order --json'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context
  const paging = pagingOf(flags)
  return withStore(context, async ({ operations }) => {
    const found = await listSnapshots(operations, { search: flags.search ?? '', ...paging })
    showPage(output, found, { style: SNAPSHOTS, paging, things: 'snapshots' })
    return 0
  })
}

const SNAPSHOTS: ListStyle<SnapshotInfo> = {
  columns: [
    { title: 'SOURCE', of: ({ sourceId }) => sourceId },
    { title: 'TYPE', of: ({ sourceType }) => sourceType },
    { title: 'VERSION', align: 'right', of: ({ sourceVersion }) => sourceVersion.toLocaleString('en') },
    { title: 'SIZE', align: 'right', of: ({ bytes }) => formatBytes(bytes) },
    { title: 'CREATED', optional: true, of: ({ createdAt }) => createdAt.toISOString() },
  ],
  facts: (snapshot) => ({ ...snapshot }),
  empty: 'No snapshots.',
}
