import type { Command } from 'commander'
import type { Flags } from './command.ts'
import { integerOf } from './numbers.ts'
import type { Output } from './output.ts'

const USUAL_SIZE = 50

/** Which part of a long list. */
export interface Paging {
  readonly page: number
  readonly pageSize: number
}

/** The flags of a command that lists `things`. */
export function paged(command: Command, things: string): Command {
  return command
    .option('--page <n>', 'which page, 1 by default')
    .option('--page-size <n>', `${things} of a page, ${USUAL_SIZE} by default`)
}

/** Throws UsageError. */
export function pagingOf({ page, pageSize }: Flags): Paging {
  return {
    page: integerOf(page, '--page', 1) ?? 1,
    pageSize: integerOf(pageSize, '--page-size', 1) ?? USUAL_SIZE,
  }
}

/** Says which page it is, if there are several. */
export function notePage(output: Output, { page, pageSize }: Paging, totalItems: number, things: string): void {
  if (totalItems <= pageSize) return
  const pages = Math.ceil(totalItems / pageSize).toLocaleString('en')
  output.note(`Page ${page} of ${pages}, ${totalItems.toLocaleString('en')} ${things}.`)
}
