import type { StreamInfo } from '../../results.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { integerOf, wordOf } from '../numbers.ts'
import type { ListStyle } from '../output.ts'
import { withStore } from '../store.ts'

const ORDERS = { name: 'name', version: 'version', 'created-at': 'createdAt', 'deleted-at': 'deletedAt' } as const

/** `eventstore streams`. */
export const streams: CommandDefinition = {
  usage: 'streams',
  description: 'list the streams, a page at a time',
  flags: (command) =>
    command
      .option('--search <text>', 'only those whose name contains this text')
      .option('--sort-by <field>', 'name, version, created-at (the default) or deleted-at')
      .option('--descending', 'the largest or latest first')
      .option('--page <n>', 'which page, 1 by default')
      .option('--page-size <n>', 'streams of a page, 50 by default'),
  examples: ['streams', 'streams --search order --sort-by version --descending', 'streams --page 2 --json'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context
  const sortBy = wordOf(flags.sortBy, '--sort-by', Object.keys(ORDERS) as (keyof typeof ORDERS)[])
  const page = integerOf(flags.page, '--page', 1)
  const pageSize = integerOf(flags.pageSize, '--page-size', 1)
  return withStore(context, async ({ store }) => {
    const found = await store.listStreams({
      ...(flags.search !== undefined && { search: flags.search }),
      ...(sortBy && { sortBy: ORDERS[sortBy] }),
      ...(flags.descending && { sortDirection: 'descending' as const }),
      ...(page !== undefined && { page }),
      ...(pageSize !== undefined && { pageSize }),
    })
    output.list(found.items, STREAMS)
    if (found.totalPages > 1) {
      output.note(`Page ${found.page} of ${found.totalPages}, ${found.totalItems.toLocaleString('en')} streams.`)
    }
    return 0
  })
}

export const STREAMS: ListStyle<StreamInfo> = {
  columns: [
    { title: 'STREAM', of: ({ name }) => name },
    { title: 'VERSION', align: 'right', of: ({ version }) => version.toLocaleString('en') },
    { title: 'STATUS', of: ({ status }) => status },
    { title: 'CREATED', of: ({ createdAt }) => createdAt.toISOString() },
    { title: 'DELETED', of: ({ deletedAt }) => deletedAt?.toISOString() ?? '' },
  ],
  facts: (stream) => ({ ...stream }),
  empty: 'No streams.',
}
