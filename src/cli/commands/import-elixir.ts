import { type Counts, NO_COUNTS } from '../../operations/export/format.ts'
import { StoreImport } from '../../operations/import/store-import.ts'
import {
  type Comparison,
  type ComparisonResult,
  compareRecords,
} from '../../operations/import-elixir/compare-records.ts'
import type { StartingOver } from '../../operations/import-elixir/elixir-facts.ts'
import { type ElixirSource, openElixirSource } from '../../operations/import-elixir/elixir-source.ts'
import { importElixir } from '../../operations/import-elixir/import-elixir.ts'
import { storedPages } from '../../operations/import-elixir/stored-pages.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { loadDecoder } from '../decoder-module.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import { describeFound, describeStop } from '../import-texts.ts'
import type { ListStyle } from '../output.ts'
import { showProgress } from '../progress.ts'
import { checkedUrl } from '../settings.ts'
import { type Target, withTarget } from '../target.ts'
import { UNINTERRUPTED } from '../uninterrupted.ts'

/** `eventstore import-elixir`. */
export const importElixirCommand: CommandDefinition = {
  usage: 'import-elixir',
  description: "copy the database of an EventStore of Elixir's into an empty store, as it was, and compare the two",
  flags: (command) =>
    command
      .option('--from <url>', 'postgres:// URL of its database, of which nothing is changed')
      .option('--from-schema <name>', 'schema of its tables, "public" by default')
      .option('--decoder <file>', 'module that makes JSON of data and metadata in another form'),
  examples: [
    'import-elixir --from postgres://localhost/shop_eventstore',
    'import-elixir --from postgres://localhost/shop --from-schema events --schema eventstore',
    'import-elixir --from postgres://localhost/shop --decoder ./erlang-terms.ts',
  ],
  handler: handle,
}

/** An interruption ends it after the page that is being written: the process goes on until then. */
async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, settings, signal, output } = context
  if (flags.from === undefined) throw new UsageError('--from is missing: the URL of the database to import from.')
  const decoder = flags.decoder === undefined ? undefined : await loadDecoder(flags.decoder)
  const schemaName = flags.fromSchema ?? 'public'
  const connectionString = checkedUrl(flags.from, '--from')
  await using source = await openElixirSource({ connectionString, schemaName, decoder, signal })
  const { version, head, startingOver } = source.facts
  output.note(`From an EventStore with schema version ${version}, up to position ${head.toLocaleString('en')}.`)
  if (startingOver.count > 0) output.note(describeStartingOver(startingOver))
  return await withTarget(settings, UNINTERRUPTED, (target) => importFrom(context, source, target))
}

async function importFrom(context: CommandContext, source: ElixirSource, target: Target): Promise<ExitCode> {
  const { output } = context
  await copy(context, source, target)
  const compared = await compare(context, source, target)
  output.list(compared.comparisons, COMPARISONS)
  for (const example of compared.examples) output.note(example)
  const different = compared.comparisons.reduce((sum, each) => sum + each.different, 0)
  output.note(
    different === 0
      ? 'All records were compared, field by field: they are the same.'
      : `${different.toLocaleString('en')} records differ. Was something written to the store meanwhile? Import into another one.`,
  )
  return different === 0 ? 0 : 1
}

async function copy({ command, output, signal }: CommandContext, source: ElixirSource, target: Target): Promise<void> {
  const { connectionString, schema } = target.options
  await using store = await StoreImport.open({ connectionString, schemaName: schema })
  const progress = showProgress(output.watched, { things: 'events', total: source.facts.head })
  let seen: Counts = NO_COUNTS
  try {
    const { counts, added } = await importElixir(source, store, {
      signal,
      onProgress(counts) {
        seen = counts
        progress.update(counts.events, counts.events)
      },
    })
    progress.stop()
    const { found, already } = describeFound({ counts, added })
    const events = counts.events.toLocaleString('en')
    output.report(`Imported ${events} events into ${target.schemaText}.${already}`, {
      command,
      ...counts,
      added,
      found,
      startingOver: source.facts.startingOver.count,
    })
  } catch (error) {
    progress.stop()
    if (signal.aborted) output.note(describeStop(seen))
    throw error
  }
}

async function compare(
  { output, signal }: CommandContext,
  source: ElixirSource,
  target: Target,
): Promise<ComparisonResult> {
  const { connectionString, schema } = target.options
  const progress = showProgress(output.watched, { things: 'records compared', total: source.facts.head })
  try {
    const store = storedPages({ connectionString, schemaName: schema, signal })
    return await compareRecords(source.records(), store, (compared) => progress.update(compared, compared))
  } finally {
    progress.stop()
  }
}

function describeStartingOver({ count, examples }: StartingOver): string {
  const named = examples.map(({ stream, name }) => `${JSON.stringify(name)} of ${JSON.stringify(stream)}`).join(', ')
  return (
    `Checkpoints past the end of a stream, which was hard deleted: ${count.toLocaleString('en')} ` +
    `(${named}${count > examples.length ? ', …' : ''}). They become 0, so that no event is skipped when it is created again.`
  )
}

const COMPARISONS: ListStyle<Comparison> = {
  columns: [
    { title: 'COMPARED', of: ({ kind }) => `${kind}s` },
    { title: 'SOURCE', align: 'right', of: ({ source }) => source.toLocaleString('en') },
    { title: 'STORE', align: 'right', of: ({ store }) => store.toLocaleString('en') },
    { title: 'DIFFERENT', align: 'right', of: ({ different }) => different.toLocaleString('en') },
  ],
  facts: (comparison) => ({ ...comparison }),
  empty: '',
}
