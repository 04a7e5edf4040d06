import { NO_COUNTS } from '../../operations/export/format.ts'
import { importLines } from '../../operations/import/import-lines.ts'
import { ImportRefusedError } from '../../operations/import/import-refused.ts'
import { StoreImport } from '../../operations/import/store-import.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import type { ExitCode } from '../failure.ts'
import { openImportInput } from '../import-input.ts'
import { describeFound, describeStop } from '../import-texts.ts'
import { describeWork, showProgress } from '../progress.ts'
import { withTarget } from '../target.ts'
import { noteTyping } from '../typing.ts'
import { UNINTERRUPTED } from '../uninterrupted.ts'

/** `eventstore import`. */
export const importCommand: CommandDefinition = {
  usage: 'import [file]',
  description: 'read an export into an empty store, as it was; repeated after an interruption, it goes on from there',
  examples: ['import shop.ndjson.gz', 'import shop.ndjson --schema copy', 'export | eventstore import --schema copy'],
  handler: handle,
}

/** An interruption ends it after the batch that is being written: the process goes on until then. */
async function handle(context: CommandContext): Promise<ExitCode> {
  const { command, output, settings, signal, stdin } = context
  signal.throwIfAborted()
  noteTyping(output, stdin, context.operands[0], 'an export')
  await using input = await openImportInput(context.operands[0], stdin, signal)
  return await withTarget(settings, UNINTERRUPTED, async (target) => {
    const { connectionString, schema: schemaName } = target.options
    await using store = await StoreImport.open({ connectionString, schemaName })
    const progress = showProgress(output.watched, { things: 'events', total: input.size })
    const began = performance.now()
    let seen = NO_COUNTS
    try {
      const { counts, added } = await importLines(input.pieces, store, {
        name: input.name,
        signal,
        onProgress(counts) {
          seen = counts
          progress.update(input.taken, counts.events)
        },
      })
      progress.stop()
      const work = describeWork(counts.events, 'events', performance.now() - began, input.taken)
      const { found, already } = describeFound({ counts, added })
      output.report(`Imported ${work}, into ${target.schemaText}.${already}`, { command, ...counts, added, found })
      return 0
    } catch (error) {
      progress.stop()
      // What is refused says itself what to do.
      const isBegun = seen !== NO_COUNTS && !(error instanceof ImportRefusedError)
      if (signal.aborted || isBegun) output.note(describeStop(seen))
      throw error
    }
  })
}
