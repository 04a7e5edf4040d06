import type { StreamInfo } from '../../results.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { wordOf } from '../numbers.ts'
import type { ListStyle } from '../output.ts'
import { paged, pagingOf, showPage } from '../paging.ts'
import { PATIENCE, withStore } from '../store.ts'
import { WordOption } from '../word-option.ts'

const ORDERS = { name: 'name', version: 'version', 'created-at': 'createdAt', 'deleted-at': 'deletedAt' } as const

/** `eventstore streams`. */
export const streams: CommandDefinition = {
  usage: 'streams',
  description: 'list the streams, a page at a time',
  flags: (command) =>
    paged(
      command
        .option('--search <text>', 'only those whose name contains this text')
        .addOption(
          new WordOption(
            '--sort-by <field>',
            'name, version, created-at (the default) or deleted-at',
            Object.keys(ORDERS),
          ),
        )
        .option('--descending', 'the largest or latest first'),
      'streams',
    ),
  examples: ['streams', 'streams --search order --sort-by version --descending', 'streams --page 2 --json'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context
  const sortBy = wordOf(flags.sortBy, '--sort-by', Object.keys(ORDERS) as (keyof typeof ORDERS)[])
  const paging = pagingOf(flags)
  return withStore(context, async ({ store }) => {
    const found = await store.listStreams({
      ...(flags.search !== undefined && { search: flags.search }),
      ...(sortBy && { sortBy: ORDERS[sortBy] }),
      ...(flags.descending && { sortDirection: 'descending' as const }),
      ...paging,
      timeout: PATIENCE,
    })
    showPage(output, found, { style: STREAMS, paging, things: 'streams' })
    return 0
  })
}

export const STREAMS: ListStyle<StreamInfo> = {
  columns: [
    { title: 'STREAM', of: ({ name }) => name },
    { title: 'VERSION', align: 'right', of: ({ version }) => version.toLocaleString('en') },
    { title: 'STATUS', of: ({ status }) => status },
    { title: 'CREATED', optional: true, of: ({ createdAt }) => createdAt.toISOString() },
    { title: 'DELETED', optional: true, of: ({ deletedAt }) => deletedAt?.toISOString() ?? '' },
  ],
  facts: (stream) => ({ ...stream }),
  empty: 'No streams.',
}
