import { readStats, type Stats } from '../../operations/stats.ts'
import { formatBytes } from '../bytes.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import type { ListStyle, Output } from '../output.ts'
import { withStore } from '../store.ts'

/** `eventstore stats`. */
export const stats: CommandDefinition = {
  usage: 'stats',
  description: 'count what is stored, and say how large it is and how fast it grows',
  examples: ['stats', 'stats --json | jq .head'],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  return withStore(context, async ({ operations, target }) => {
    const found = await readStats(operations)
    if (context.output.json) context.output.report('', { ...found })
    else show(context.output, found, target.schemaText)
    return 0
  })
}

function show(output: Output, found: Stats, where: string): void {
  const count = (value: number) => value.toLocaleString('en')
  output.note(`PostgreSQL ${found.server}, ${where}, payload ${found.payload}`)
  output.list(
    [
      ['events, by the last position', count(found.head)],
      [
        'streams',
        `${count(found.streams)}${found.deletedStreams > 0 ? ` (${count(found.deletedStreams)} deleted)` : ''}`,
      ],
      ['links', count(found.links)],
      ['subscriptions', count(found.subscriptions)],
      ['snapshots', count(found.snapshots)],
      ...found.rates.map(
        ({ seconds, events }) => [`events of the last ${PERIOD_NAMES[seconds]}`, count(events)] as const,
      ),
    ] as readonly (readonly [string, string])[],
    FIGURES,
  )
  output.report('', {})
  output.list(found.tables, TABLES)
}

const PERIOD_NAMES: Readonly<Record<number, string>> = { 60: 'minute', 3600: 'hour', 86400: 'day' }

const FIGURES: ListStyle<readonly [string, string]> = {
  columns: [
    { title: 'WHAT', of: ([what]) => what },
    { title: 'COUNT', align: 'right', of: ([, value]) => value },
  ],
  facts: ([what, value]) => ({ [what]: value }),
  empty: '',
}

const TABLES: ListStyle<Stats['tables'][number]> = {
  columns: [
    { title: 'TABLE', of: ({ table }) => table },
    { title: 'SIZE', align: 'right', of: ({ bytes }) => formatBytes(bytes) },
    { title: 'INDEXES', align: 'right', of: ({ indexBytes }) => formatBytes(indexBytes) },
  ],
  facts: (table) => ({ ...table }),
  empty: '',
}
