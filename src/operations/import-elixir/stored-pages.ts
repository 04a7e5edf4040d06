import { type ExportOptions, exportStore } from '../export/export-store.ts'
import { LONGEST_LINE } from '../export/format.ts'
import { decodeRecord } from '../import/decode-record.ts'
import { LineSplitter } from '../import/line-splitter.ts'
import type { StoreRecord } from '../import/records.ts'

/** All that a store holds, as records in the order of an export. */
export async function* storedPages(options: ExportOptions): AsyncGenerator<readonly StoreRecord[]> {
  const splitter = new LineSplitter(LONGEST_LINE)
  for await (const { bytes } of exportStore(options)) {
    const records = [...splitter.push(Buffer.from(bytes))].map((line) => decodeRecord(line.bytes))
    yield records.filter((record) => record.record !== 'header' && record.record !== 'end')
  }
}
