import { type Counts, countsWith, NO_COUNTS } from '../export/format.ts'
import type { ImportResult, RecordWriter } from '../import/import-lines.ts'
import { ImportRefusedError } from '../import/import-refused.ts'
import type { StoreRecord } from '../import/records.ts'
import { describeFacts, factsOf } from '../import/sections.ts'
import type { ElixirSource } from './elixir-source.ts'

export interface ImportElixirOptions {
  /** Ends it after the page that is being written: rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** Called with what was written so far. */
  readonly onProgress?: (counts: Counts) => void
}

/**
 * Copies a source into a store. While a page is written, the next one is read. What is there already is compared, so that an import that
 * was interrupted is repeated and adds what is missing. Rejects with ImportRefusedError, which names the record.
 */
export async function importElixir(
  source: Pick<ElixirSource, 'records'>,
  writer: RecordWriter,
  { signal, onProgress = () => {} }: ImportElixirOptions,
): Promise<ImportResult> {
  let counts = NO_COUNTS
  let added = 0
  const pages = source.records()
  let next = pages.next()
  try {
    for (;;) {
      const { value: records, done } = await next
      if (done) break
      next = pages.next()
      next.catch(() => {}) // heard of when it is waited for
      added += await write(writer, records)
      counts = countsWith(counts, (records[0] as StoreRecord).record, records.length)
      onProgress(counts)
      signal.throwIfAborted()
    }
  } finally {
    await next.catch(() => {})
    await pages.return(undefined)
  }
  await writer.finish()
  return { counts, added }
}

async function write(writer: RecordWriter, records: readonly StoreRecord[]): Promise<number> {
  try {
    return await writer.write(records)
  } catch (error) {
    const refused = error instanceof ImportRefusedError && error.index !== undefined ? records[error.index] : undefined
    if (!refused) throw error
    const { message } = error as Error
    if (message.endsWith('.')) throw error // it names the record, and says what to do
    const advice = holdsBytes(refused) ? ' Or name a module that decodes them, with --decoder.' : ''
    const which = `${refused.record} (${describeFacts(refused.record, factsOf(refused))})`
    throw new ImportRefusedError(`${which}: ${message}.${advice} What was imported before stays.`, { cause: error })
  }
}

function holdsBytes(record: StoreRecord): boolean {
  return 'data' in record && ('bytes' in record.data || 'bytes' in record.metadata)
}
