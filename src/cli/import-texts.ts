import type { Counts } from '../operations/export/format.ts'
import type { ImportResult } from '../operations/import/import-lines.ts'
import { countOf } from './progress.ts'

/** How many of the records were there already, and a sentence about them, if there were any. */
export function describeFound({ counts, added }: ImportResult): { readonly found: number; readonly already: string } {
  const found = Object.values(counts).reduce((sum, count) => sum + count, 0) - added
  const verb = found === 1 ? 'was' : 'were'
  return { found, already: found === 0 ? '' : ` ${found.toLocaleString('en')} of all records ${verb} there already.` }
}

/** What is said of an import that was interrupted. */
export function describeStop({ events }: Counts): string {
  return `Stopped after ${countOf(events, 'events')}. Repeat the same command to go on from there.`
}
