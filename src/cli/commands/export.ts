import { exportStore } from '../../operations/export/export-store.ts'
import { type Counts, NO_COUNTS } from '../../operations/export/format.ts'
import { untilAborted } from '../../util/abort.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { createExportFile, type ExportFile } from '../export-file.ts'
import { type ExitCode, UsageError } from '../failure.ts'
import { checkedName } from '../operands.ts'
import type { Output } from '../output.ts'
import { describeWork, type Progress, showProgress } from '../progress.ts'
import { withTarget } from '../target.ts'
import { UNINTERRUPTED } from '../uninterrupted.ts'

/** `eventstore export`. */
export const exportCommand: CommandDefinition = {
  usage: 'export [file]',
  description:
    'write all that the store holds as JSON, a record a line, to a file (.gz: compressed) or standard output',
  flags: (command) =>
    command
      .option(
        '--stream <name>',
        'only this stream and the events that it links, to be looked at; may be repeated',
        (name: string, names: readonly string[] = []) => [...names, checkedName(name, '--stream')],
      )
      .option('--force', 'replace a file that is there'),
  examples: [
    'export shop.ndjson.gz',
    'export | ssh elsewhere eventstore import',
    `export --stream order-1 | jq 'select(.record == "event") | .data'`,
  ],
  handler: handle,
}

async function handle(context: CommandContext): Promise<ExitCode> {
  const { flags, output, settings, signal } = context
  const [name = '-'] = context.operands
  const { stream, force = false } = flags
  const streams = stream && [...new Set(stream)]
  if (streams?.includes('$all')) throw new UsageError('--stream $all: leave it out to export all of the store.')
  return withTarget(settings, UNINTERRUPTED, async (target) => {
    await using file = name === '-' ? standardOutput(output) : await createExportFile(name, { force })
    const { connectionString, schema: schemaName } = target.options
    const began = performance.now()
    let [counts, bytes] = [NO_COUNTS, 0]
    let progress: Progress | undefined
    try {
      for await (const piece of exportStore({ connectionString, schemaName, streams, signal })) {
        await untilAborted(file.write(piece.bytes), signal)
        counts = piece.counts
        bytes += piece.bytes.length
        // On the same terminal, lines and a bar would tear each other apart.
        const terminal = name === '-' && output.isTerminal ? undefined : output.watched
        progress ??= showProgress(terminal, { things: 'events', total: streams ? 0 : piece.head })
        progress.update(piece.position, counts.events)
      }
      await file.finish()
    } finally {
      progress?.stop()
    }
    tell(context, name, counts, describeWork(counts.events, 'events', performance.now() - began, bytes))
    return 0
  })
}

/** Standard output holds the export itself: what was done is said beside it. */
function tell({ command, output }: CommandContext, name: string, counts: Counts, work: string): void {
  if (name === '-') output.note(`Exported ${work}.`)
  else output.report(`Exported ${name}: ${work}.`, { command, file: name, ...counts })
}

function standardOutput(output: Output): ExportFile {
  return {
    write: (piece) => output.write(piece),
    finish: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}
